"""Rwanda's districts and sectors by NISR code. Made by `tools/build_sectors.py`: do not edit.

A line that begins with a code begins a district: code, name, and its sectors in the order of their codes, from 01.
"""

DISTRICTS = """
11 Nyarugenge: Gitega Kanyinya Kigali Kimisagara Mageragere Muhima Nyakabanda Nyamirambo Nyarugenge
   Rwezamenyo
12 Gasabo: Bumbogo Gatsata Gikomero Gisozi Jabana Jali Kacyiru Kimihurura Kimironko Kinyinya Ndera
   Nduba Remera Rusororo Rutunga
13 Kicukiro: Gahanga Gatenga Gikondo Kagarama Kanombe Kicukiro Kigarama Masaka Niboye Nyarugunga
21 Nyanza: Busasamana Busoro Cyabakamyi Kibilizi Kigoma Mukingo Muyira Ntyazo Nyagisozi Rwabicuma
22 Gisagara: Gikonko Gishubi Kansi Kibirizi Kigembe Mamba Muganza Mugombwa Mukindo Musha Ndora
   Nyanza Save
23 Nyaruguru: Busanze Cyahinda Kibeho Kivu Mata Muganza Munini Ngera Ngoma Nyabimata Nyagisozi
   Ruheru Ruramba Rusenge
24 Huye: Gishamvu Huye Karama Kigoma Kinazi Maraba Mbazi Mukura Ngoma Ruhashya Rusatira Rwaniro
   Simbi Tumba
25 Nyamagabe: Buruhukiro Cyanika Gasaka Gatare Kaduha Kamegeri Kibirizi Kibumbwe Kitabi Mbazi Mugano
   Musange Musebeya Mushubi Nkomane Tare Uwinkingi
26 Ruhango: Bweramana Byimana Kabagali Kinazi Kinihira Mbuye Mwendo Ntongwe Ruhango
27 Muhanga: Cyeza Kabacuzi Kibangu Kiyumba Muhanga Mushishiro Nyabinoni Nyamabuye Nyarusange Rongi
   Rugendabari Shyogwe
28 Kamonyi: Gacurabwenge Karama Kayenzi Kayumbu Mugina Musambira Ngamba Nyamiyaga Nyarubaka Rugarika
   Rukoma Runda
31 Karongi: Bwishyura Gashari Gishyita Gitesi Mubuga Murambi Murundi Mutuntu Rubengera Rugabano
   Ruganda Rwankuba Twumba
32 Rutsiro: Boneza Gihango Kigeyo Kivumu Manihira Mukura Murunda Musasa Mushonyi Mushubati Nyabirasi
   Ruhango Rusebeya
33 Rubavu: Bugeshi Busasamana Cyanzarwe Gisenyi Kanama Kanzenze Mudende Nyakiriba Nyamyumba Nyundo
   Rubavu Rugerero
34 Nyabihu: Bigogwe Jenda Jomba Kabatwa Karago Kintobo Mukamira Muringa Rambura Rugera Rurembo
   Shyira
35 Ngororero: Bwira Gatumba Hindiro Kabaya Kageyo Kavumu Matyazo Muhanda Muhororo Ndaro Ngororero
   Nyange Sovu
36 Rusizi: Bugarama Butare Bweyeye Gashonga Giheke Gihundwe Gikundamvura Gitambi Kamembe Muganza
   Mururu Nkanka Nkombo Nkungu Nyakabuye Nyakarenzo Nzahaha Rwimbogo
37 Nyamasheke: Bushekeri Bushenge Cyato Gihombo Kagano Kanjongo Karambi Karengera Kirimbi Macuba
   Mahembe Nyabitekeri Rangiro Ruharambuga Shangi
41 Rulindo: Base Burega Bushoki Buyoga Cyinzuzi Cyungo Kinihira Kisaro Masoro Mbogo Murambi Ngoma
   Ntarabana Rukozo Rusiga Shyorongi Tumba
42 Gakenke: Busengo Coko Cyabingo Gakenke Gashenyi Janja Kamubuga Karambo Kivuruga Mataba Minazi
   Mugunga Muhondo Muyongwe Muzo Nemba Ruli Rusasa Rushashi
43 Musanze: Busogo Cyuve Gacaca Gashaki Gataraga Kimonyi Kinigi Muhoza Muko Musanze Nkotsi Nyange
   Remera Rwaza Shingiro
44 Burera: Bungwe Butaro Cyanika Cyeru Gahunga Gatebe Gitovu Kagogo Kinoni Kinyababa Kivuye Nemba
   Rugarama Rugengabari Ruhunde Rusarabuye Rwerere
45 Gicumbi: Bukure Bwisige Byumba Cyumba Giti Kageyo Kaniga Manyagiro Miyove Mukarange Muko Mutete
   Nyamiyaga Nyankenke Rubaya Rukomo Rushaki Rutare Ruvune Rwamiko Shangasha
51 Rwamagana: Fumbwe Gahengeri Gishali Karenge Kigabiro Muhazi Munyaga Munyiginya Musha Muyumbu
   Mwulire Nyakaliro Nzige Rubona
52 Nyagatare: Gatunda Karama Karangazi Katabagemu Kiyombe Matimba Mimuri Mukama Musheri Nyagatare
   Rukomo Rwempasha Rwimiyaga Tabagwe
53 Gatsibo: Gasange Gatsibo Gitoki Kabarore Kageyo Kiramuruzi Kiziguro Muhura Murambi Ngarama
   Nyagihanga Remera Rugarama Rwimbogo
54 Kayonza: Gahini Kabare Kabarondo Mukarange Murama Murundi Mwiri Ndego Nyamirama Rukara Ruramira
   Rwinkwavu
55 Kirehe: Gahara Gatore Kigarama Kigina Kirehe Mahama Mpanga Musaza Mushikiri Nasho Nyamugari
   Nyarubuye
56 Ngoma: Gashanda Jarama Karembo Kazo Kibungo Mugesera Murama Mutenderi Remera Rukira Rukumberi
   Rurenge Sake Zaza
57 Bugesera: Gashora Juru Kamabuye Mareba Mayange Musenyi Mwogo Ngeruka Ntarama Nyamata Nyarugenge
   Rilima Ruhuha Rweru Shyara
"""
