package locale

import (
	"fmt"
	"time"
)

// Date writes a day with its weekday as the language's newspapers do. Arabic
// carries both families of month names, «مارس/ آذار», because its readers are
// divided between them; where the two are the same only one is written.
//
// The digits are Western ones in every language, as in the numbers of the
// pages.
func Date(tag string, t time.Time) string {
	w, m := weekdays[Nearest(tag)][t.Weekday()], Month(tag, t.Month())
	switch Nearest(tag) {
	case "ar":
		return fmt.Sprintf("%s %d %s %d", w, t.Day(), m, t.Year())
	case "ru":
		return fmt.Sprintf("%s, %d %s %d года", w, t.Day(), m, t.Year())
	case "zh":
		return fmt.Sprintf("%d年%d月%d日%s", t.Year(), int(t.Month()), t.Day(), w)
	}
	return fmt.Sprintf("%s, %d %s %d", w, t.Day(), m, t.Year())
}

// Time writes an hour and minute with the zone's abbreviation, "14:05 (MSK)".
func Time(t time.Time) string {
	zone, offset := t.Zone()
	if zone == "" || zone[0] == '+' || zone[0] == '-' {
		zone = fmt.Sprintf("UTC%+03d:%02d", offset/3600, abs(offset)%3600/60)
	}
	return fmt.Sprintf("%s (%s)", t.Format("15:04"), zone)
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// Month is a month's name as it stands in a date: both Arabic names, the
// Russian genitive.
func Month(tag string, m time.Month) string {
	names := months[Nearest(tag)][m-1]
	if Nearest(tag) != "ar" {
		return names
	}
	if levant := levantine[m-1]; levant != names {
		return names + "/ " + levant
	}
	return names
}

var months = map[Language][12]string{
	"ar": {"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"},
	"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	"ru": {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
	"zh": {"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"},
}

// levantine are the month names of Syria, Lebanon, Jordan, Palestine and Iraq
// (CLDR ar-SY).
var levantine = [12]string{"كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول"}

var weekdays = map[Language][7]string{
	"ar": {"الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"},
	"en": {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	"ru": {"воскресенье", "понедельник", "вторник", "среда", "четверг", "пятница", "суббота"},
	"zh": {"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"},
}

// Clock writes a duration as minutes and seconds, "3:07", or hours too.
func Clock(d time.Duration) string {
	s := int(d.Round(time.Second) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
