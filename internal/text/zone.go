package text

import (
	"fmt"
	"strings"
	"time"
)

// ZoneName is the reader's zone by its city, with the offset it has now: "Shanghai (UTC+8)".
func (f Formatter) ZoneName() string {
	zone := f.zone()
	off := offset(f.Now.In(zone))
	city := f.city(zone.String())
	if city == "" || city == "UTC" {
		return off
	}
	return fmt.Sprintf("%s (%s)", city, off)
}

// City is the reader's zone by its city alone: "Shanghai".
func (f Formatter) City() string { return f.city(f.zone().String()) }

// offset is the zone's distance from UTC at t: "UTC+8", "UTC-3:30", "UTC".
func offset(t time.Time) string {
	_, seconds := t.Zone()
	if seconds == 0 {
		return "UTC"
	}
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	if minutes := seconds / 60 % 60; minutes != 0 {
		return fmt.Sprintf("UTC%c%d:%02d", sign, seconds/3600, minutes)
	}
	return fmt.Sprintf("UTC%c%d", sign, seconds/3600)
}

// city is the last part of a zone's name, in the reader's language where it has a name of its own there.
func (f Formatter) city(zone string) string {
	if f.Lang == Chinese {
		if name, ok := chineseCity(zone); ok {
			return name
		}
	}
	return strings.ReplaceAll(zone[strings.LastIndexByte(zone, '/')+1:], "_", " ")
}

// chineseCity names the zones in which the vendors' centres and customers of the reference policy sit, and the
// zones that people in a Chinese-speaking office meet most.
func chineseCity(zone string) (string, bool) {
	name, ok := map[string]string{
		"Asia/Shanghai": "上海", "Asia/Hong_Kong": "香港", "Asia/Macau": "澳门", "Asia/Taipei": "台北", "Asia/Urumqi": "乌鲁木齐",
		"Asia/Tokyo": "东京", "Asia/Seoul": "首尔", "Asia/Singapore": "新加坡", "Asia/Kuala_Lumpur": "吉隆坡", "Asia/Bangkok": "曼谷",
		"Asia/Jakarta": "雅加达", "Asia/Manila": "马尼拉", "Asia/Ho_Chi_Minh": "胡志明市", "Asia/Kolkata": "加尔各答",
		"Asia/Dubai": "迪拜", "Asia/Riyadh": "利雅得", "Asia/Qatar": "多哈", "Asia/Kuwait": "科威特", "Asia/Bahrain": "巴林", "Asia/Jerusalem": "耶路撒冷",
		"Europe/London": "伦敦", "Europe/Dublin": "都柏林", "Europe/Lisbon": "里斯本", "Europe/Paris": "巴黎", "Europe/Berlin": "柏林",
		"Europe/Madrid": "马德里", "Europe/Rome": "罗马", "Europe/Amsterdam": "阿姆斯特丹", "Europe/Brussels": "布鲁塞尔", "Europe/Zurich": "苏黎世",
		"Europe/Vienna": "维也纳", "Europe/Warsaw": "华沙", "Europe/Stockholm": "斯德哥尔摩", "Europe/Istanbul": "伊斯坦布尔", "Europe/Moscow": "莫斯科",
		"America/New_York": "纽约", "America/Chicago": "芝加哥", "America/Denver": "丹佛", "America/Los_Angeles": "洛杉矶", "America/Phoenix": "菲尼克斯",
		"America/Toronto": "多伦多", "America/Vancouver": "温哥华", "America/Mexico_City": "墨西哥城", "America/Bogota": "波哥大", "America/Lima": "利马",
		"America/Santiago": "圣地亚哥", "America/Sao_Paulo": "圣保罗", "America/Buenos_Aires": "布宜诺斯艾利斯", "America/Argentina/Buenos_Aires": "布宜诺斯艾利斯",
		"Africa/Johannesburg": "约翰内斯堡", "Africa/Cairo": "开罗", "Australia/Sydney": "悉尼", "Australia/Melbourne": "墨尔本", "Pacific/Auckland": "奥克兰",
	}[zone]
	return name, ok
}
