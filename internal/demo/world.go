package demo

// The world of the demo is fictitious: the vendor, its customers and everybody in them. Addresses are of the domains
// kept for examples.

// shop is one customer with one system and its people.
type shop struct {
	key, name, kind string
	country, zone   string
	language        string
	plan            string
	deployment      string
	note            string // what is special about it, as in contracts.md; "" for nothing
	more            int    // cases beside perHome
	people          []person
}

// person is somebody of a customer.
type person struct {
	name, mail string // mail: the part before the @
	member     bool
	guestOf    string // key of another customer that this person acts for too
}

// staffMember is somebody of the vendor.
type staffMember struct {
	name, mail, role, centre string
	language, zone           string
}

// The notes of contracts.md.
const (
	noteRestricted = "restricted"
	noteSuspended  = "suspended"
	noteEnded      = "ended"
	noteExpired    = "expired_version"
	noteCloud      = "cloud"
	noteReseller   = "reseller"
	noteOnPremEnds = "on_prem_ends"
)

func shops() []shop {
	return []shop{
		{key: "nordwind", name: "Nordwind Logistik AG", country: "DE", zone: "Europe/Berlin", plan: "premier",
			people: []person{{name: "Katrin Vogel", mail: "katrin.vogel"}, {name: "Jonas Brandt", mail: "jonas.brandt", member: true}}},
		{key: "lakeshore", name: "Lakeshore Mutual", country: "US", zone: "America/Chicago", plan: "standard",
			people: []person{{name: "Dana Whitfield", mail: "dana.whitfield"}, {name: "Marcus Oyelaran", mail: "marcus.oyelaran", member: true}}},
		{key: "huadong-bank", name: "华东银行", country: "CN", zone: "Asia/Shanghai", language: "zh-Hans", plan: "elite", more: 4,
			people: []person{{name: "陈立", mail: "chen.li"}, {name: "周敏", mail: "zhou.min"}, {name: "吴越", mail: "wu.yue", member: true}}},
		{key: "belmont", name: "Belmont Distribution", country: "FR", zone: "Europe/Paris", plan: "extended",
			people: []person{{name: "Claire Fontanel", mail: "claire.fontanel"}}},
		{key: "northgate", name: "Northgate Retail plc", country: "GB", zone: "Europe/London", plan: "elite",
			people: []person{{name: "Oliver Hartwell", mail: "oliver.hartwell"}}},
		{key: "gulf-petro", name: "Gulf Meridian Petroleum", country: "AE", zone: "Asia/Dubai", plan: "premier",
			people: []person{{name: "Layla Al Hashimi", mail: "layla.alhashimi"}}},
		{key: "najd-telecom", name: "Najd Telecom", country: "SA", zone: "Asia/Riyadh", plan: "extended",
			people: []person{{name: "Faisal Al Otaibi", mail: "faisal.alotaibi"}}},
		{key: "sakura-parts", name: "桜精密部品", country: "JP", zone: "Asia/Tokyo", plan: "premier",
			people: []person{{name: "佐藤 美咲", mail: "misaki.sato"}}},
		{key: "hanbit", name: "Hanbit Electronics", country: "KR", zone: "Asia/Seoul", plan: "standard",
			people: []person{{name: "Park Ji-woo", mail: "jiwoo.park"}}},
		{key: "serra-alta", name: "Serra Alta Alimentos", country: "BR", zone: "America/Sao_Paulo", plan: "extended",
			people: []person{{name: "Rafael Monteiro", mail: "rafael.monteiro"}}},
		{key: "pampa-seguros", name: "Pampa Seguros", country: "AR", zone: "America/Argentina/Buenos_Aires", plan: "standard",
			people: []person{{name: "Lucía Ferreyra", mail: "lucia.ferreyra"}}},
		{key: "valle-energia", name: "Valle Energía", country: "MX", zone: "America/Mexico_City", plan: "premier",
			people: []person{{name: "Diego Salcedo", mail: "diego.salcedo"}}},
		{key: "jiangnan", name: "江南保险", country: "CN", zone: "Asia/Shanghai", language: "zh-Hans", plan: "standard", more: 2,
			people: []person{{name: "林晓雯", mail: "lin.xiaowen"}}},
		{key: "everstream", name: "Everstream Media", country: "US", zone: "America/Los_Angeles", plan: "standard", deployment: "cloud", note: noteCloud,
			people: []person{{name: "Priya Raman", mail: "priya.raman"}}},
		{key: "mercy-valley", name: "Mercy Valley Hospitals", country: "US", zone: "America/New_York", plan: "elite", note: noteRestricted,
			people: []person{{name: "Grace Ellison", mail: "grace.ellison"}}},
		{key: "tidewater", name: "Tidewater Freight", country: "US", zone: "America/New_York", plan: "extended", note: noteSuspended,
			people: []person{{name: "Walter Boone", mail: "walter.boone"}}},
		{key: "altmark", name: "Altmark Maschinenbau", country: "DE", zone: "Europe/Berlin", plan: "standard", note: noteEnded,
			people: []person{{name: "Sabine Krüger", mail: "sabine.krueger"}}},
		{key: "old-harbour", name: "Old Harbour Shipping", country: "GB", zone: "Europe/London", plan: "standard", note: noteExpired,
			people: []person{{name: "Edward Pryce", mail: "edward.pryce"}}},
		{key: "brightpath", name: "Brightpath Partners", kind: "reseller", country: "GB", zone: "Europe/London", plan: "premier", note: noteReseller,
			people: []person{{name: "Amelia Stone", mail: "amelia.stone", guestOf: "northgate"}}},
		{key: "granite-works", name: "Granite Works", country: "US", zone: "America/Denver", plan: "standard", note: noteOnPremEnds,
			people: []person{{name: "Tom Hollis", mail: "tom.hollis"}}},
		{key: "minghai-port", name: "明海港务", country: "CN", zone: "Asia/Shanghai", language: "zh-Hans", plan: "premier", more: 2,
			people: []person{{name: "赵宁", mail: "zhao.ning"}, {name: "孙悦", mail: "sun.yue"}}},
		{key: "yunling-power", name: "云岭电力", country: "CN", zone: "Asia/Shanghai", language: "zh-Hans", plan: "extended", more: 2,
			people: []person{{name: "何雨桐", mail: "he.yutong"}}},
		{key: "beichen-motor", name: "北辰汽车", country: "CN", zone: "Asia/Shanghai", language: "zh-Hans", plan: "elite", more: 2,
			people: []person{{name: "高翔", mail: "gao.xiang"}, {name: "徐婧", mail: "xu.jing", member: true}}},
		{key: "lioncity-foods", name: "狮城食品", country: "SG", zone: "Asia/Singapore", language: "zh-Hans", plan: "standard", more: 2,
			people: []person{{name: "郑美玲", mail: "zheng.meiling"}}},
	}
}

func staff() []staffMember {
	return []staffMember{
		{"Lin Wei", "lin.wei", "engineer", "apac", "zh-Hans", "Asia/Shanghai"},
		{"Zhou Yu", "zhou.yu", "engineer", "apac", "zh-Hans", "Asia/Singapore"},
		{"Mike O'Hara", "mike.ohara", "engineer", "na", "en", "America/New_York"},
		{"Sofia Lindqvist", "sofia.lindqvist", "engineer", "emea", "en", "Europe/Paris"},
		{"David Kerr", "david.kerr", "engineer", "emea", "en", "Europe/London"},
		{"Camila Duarte", "camila.duarte", "engineer", "latam", "en", "America/Sao_Paulo"},
		{"Noah Becker", "noah.becker", "engineer", "cloud", "en", "America/New_York"},
		{"Anita Rao", "anita.rao", "dedicated_engineer", "apac", "en", "Asia/Singapore"},
		{"Helen Marsh", "helen.marsh", "regional_manager", "na", "en", "America/New_York"},
		{"Pierre Aubert", "pierre.aubert", "regional_manager", "emea", "en", "Europe/Paris"},
		{"Zhao Chen", "zhao.chen", "regional_manager", "apac", "zh-Hans", "Asia/Singapore"},
		{"Martina Ríos", "martina.rios", "regional_manager", "latam", "en", "America/Argentina/Buenos_Aires"},
		{"Priya Nair", "priya.nair", "success_manager", "apac", "en", "Asia/Singapore"},
		{"Carl Jensen", "carl.jensen", "licensing", "na", "en", "America/New_York"},
		{"Ruth Adler", "ruth.adler", "release_manager", "na", "en", "America/New_York"},
		{"Elena Petrova", "elena.petrova", "privacy_officer", "emea", "en", "Europe/Paris"},
		{"Sam Carter", "sam.carter", "administrator", "na", "en", "America/New_York"},
		{"Otis Greene", "otis.greene", "order_desk", "na", "en", "America/New_York"},
		{"Rita Valdez", "rita.valdez", "renewals_desk", "latam", "en", "America/Sao_Paulo"},
		{"Adam Novak", "adam.novak", "account_executive", "emea", "en", "Europe/Paris"},
	}
}

// outsider signs in and is of no customer.
func outsider() person { return person{name: "Robin Ashdown", mail: "robin.ashdown"} }

const (
	vendorDomain   = "corvane.example"
	outsiderDomain = "elsewhere.example"
)

// productID and productName are what the vendor sells.
const (
	productID   = "analytics-server"
	productName = "Corvane Analytics Server"
)
