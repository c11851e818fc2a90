"""Markets by the district that they are in, as the World Food Programme lists them. Made by `tools/build_markets.py`.

Do not edit. A line is a district's code and names. A `*` marks a name that no other district bears. `docs/credits.md`
names the source and its licence.
"""

MARKETS = """
11 Biryogo, Kamuhoza, Kankuba, Nyabugogo, Nyarurenzi*, Rwarutabura
12 Batsinda, Bweramvura, Gacuriro, Gakinjiro, Kisiment, Murama
13 Magerwa
21 Butansinda*, Kimirama, Migina, Nyabinyenga, Rurangazi*, Ruyenzi
22 Agahabwa*, Ikivuko, Nyaruteja, Rwanza
23 Kamirabagenzi, Miko, Ngarurira*, Rumenero
24 Butare, Gakoni, Karambi, Kizi, Nkenke, Nkoto, Rango
25 Gasarenda*, Nyarusiza, Rubuye, Ryarubondo*
26 Buhanda*, Kirengeri*
27 Gitarama, Kabadaha*, Kinini, Meru, Misizi, Nkondo
28 Gihara, Kamuhanda, Kizirabonde, Kumukunguri, Manyana*, Ruyumba
31 Gitikinini, Kayenzi, Kibuye, Kirinda
32 Gakeli, Jebeka, Mashanyarazi, Mburamazi, Mungoti, Muyira, Nkomero, Nyagahanika
33 Buhuru*, Mahoko*, Majengo*, Mbugangari*, Ryabizige*
34 Vunga
35 Cyome, Gashubi, Gatega*, Kazabe, Mutake
36 Burunga, Gatsiro, Gishoma*, Kacarama, Mibilizi, Murambi, Nyarushishi, Rweya, Sekanka, Tara
37 Buhinga, Bumazi, Gahuhezi*, Kinini, Kirambo, Mariba, Mwaga, Mwezi, Ntendezi*
41 Rusine*, Rusura, Rwiri
42 Biziba, Masha, Murambo, Rukura*, Rutabo
43 Byangabo, Nyagihina, Ruhengeri
44 Gitare, Kidaho*, Mugu
45 Gatuna*, Karagari, Karambo, Karushya*, Kigaga, Murindi, Ruyaga
51 Cyiri, Kabare, Ntunga*, Umurehe
52 Gihengeli*, Karumba, Nyabitekeri
53 Marimba, Mugera, Ntungaruze, Nyagahanga, Rwagitima*
54 Cyarubare*, Kabukumbya, Nyankora*
55 Kagasa, Kigufi, Kiyanzi*, Munini, Nganda*, Nyakarambi, Rushonga*, Rusumo
56 Gafunzo, Kabimba, Rurama
57 Batiment, Kabashya, Kagenge
"""
