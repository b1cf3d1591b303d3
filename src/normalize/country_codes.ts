/** ISO 3166-1 alpha-2 and alpha-3 in one word, and Kosovo, which has codes by agreement only. */
export const ALPHA_2_AND_3: readonly string[] = `
   ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH
   BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT
   BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB
   CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP
   ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL GMGMB
   GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN IDIDN IEIRL
   ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM
   KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY
   MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT
   MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU
   NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT
   REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR
   SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS
   TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN
   VGVGB VIVIR VNVNM VUVUT WFWLF WSWSM XKXKX YEYEM YTMYT ZAZAF ZMZMB ZWZWE
`
  .trim()
  .split(/\s+/);

/** Names that people use and the Unicode names of seven languages do not have. */
export const ALIASES: readonly (readonly [name: string, code: string])[] = [
  ["UK", "GB"],
  ["England", "GB"],
  ["Scotland", "GB"],
  ["Wales", "GB"],
  ["Northern Ireland", "GB"],
  ["Great Britain", "GB"],
  ["Großbritannien", "GB"],
  ["Grande-Bretagne", "GB"],
  ["Inglaterra", "GB"],
  ["United States of America", "US"],
  ["America", "US"],
  ["Etats-Unis d’Amérique", "US"],
  ["Vereinigte Staaten von Amerika", "US"],
  ["Estados Unidos da América", "US"],
  ["EE. UU.", "US"],
  ["EUA", "US"],
  ["Holland", "NL"],
  ["The Netherlands", "NL"],
  ["Hollande", "NL"],
  ["Holanda", "NL"],
  ["BRD", "DE"],
  ["Federal Republic of Germany", "DE"],
  ["Bundesrepublik Deutschland", "DE"],
  ["EL", "GR"],
  ["Czech Republic", "CZ"],
  ["Tschechische Republik", "CZ"],
  ["République tchèque", "CZ"],
  ["Turkey", "TR"],
  ["Korea", "KR"],
  ["Republic of Korea", "KR"],
  ["Russian Federation", "RU"],
  ["Republic of Ireland", "IE"],
  ["Eire", "IE"],
  ["Ivory Coast", "CI"],
  ["Cape Verde", "CV"],
  ["Swaziland", "SZ"],
  ["Macedonia", "MK"],
  ["Burma", "MM"],
  ["Viet Nam", "VN"],
  ["Hong Kong", "HK"],
  ["Macau", "MO"],
  ["UAE", "AE"],
  ["Emirates", "AE"],
  ["Vatican", "VA"],
  ["Oesterreich", "AT"],
];
