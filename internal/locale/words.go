package locale

// Word names one text of the pages that the server renders.
type Word string

// The words of the public pages. Every language has every one of them; a test
// sees to it, in both directions.
const (
	Skip            Word = "skip"
	Languages       Word = "languages"
	Announcement    Word = "announcement"
	Meeting         Word = "meeting"
	ScheduledFor    Word = "scheduled-for"
	HeldOn          Word = "held-on"
	NotStarted      Word = "not-started"
	LiveNow         Word = "live-now"
	ClosedNow       Word = "closed-now"
	ClosedExplained Word = "closed-explained"
	RecessNow       Word = "recess-now"
	EndedNoReadout  Word = "ended-no-readout"
	OtherLanguages  Word = "other-languages"
	Participants    Word = "participants"
	AddToCalendar   Word = "add-to-calendar"
	Published       Word = "published"
	Corrected       Word = "corrected"
	PlayMoment      Word = "play-moment"
	OriginalWords   Word = "original-words"
	SaidAsSpoken    Word = "said-as-spoken"
	SaidInterpreted Word = "said-interpreted"
	SaidTranslated  Word = "said-translated"
	FromOpen        Word = "from-open-remarks"
	FromAgreed      Word = "from-agreed-readout"
	FromSpokesman   Word = "from-spokesperson"
	FromBackground  Word = "from-background"
	Sources         Word = "sources"
	Recording       Word = "recording"
	RecordingOf     Word = "recording-explained"
	Credit          Word = "credit"
	ShareThis       Word = "share"
	NothingHere     Word = "nothing-here"
	NothingHereSays Word = "nothing-here-explained"
	LandingLead     Word = "landing-lead"
	LandingLink     Word = "landing-link"
	TrustThisServer Word = "trust-this-server"
)

// Say returns the word in the language nearest to tag.
func Say(tag string, w Word) string { return words[Nearest(tag)][w] }

var words = map[Language]map[Word]string{
	"en": {
		Skip: "Skip to the text", Languages: "Languages",
		Announcement: "Announcement", Meeting: "Virtual summit",
		ScheduledFor: "Scheduled for", HeldOn: "Held on", NotStarted: "The meeting has not begun.",
		LiveNow: "Live", ClosedNow: "The talks are closed.",
		ClosedExplained: "This part of the meeting is not open to the public. The page continues by itself when it opens again.",
		RecessNow:       "The meeting is in recess.",
		EndedNoReadout:  "The meeting has ended. Its readout will appear here.",
		OtherLanguages:  "In other languages", Participants: "Participants",
		AddToCalendar: "Add to calendar", Published: "Published", Corrected: "Corrected",
		PlayMoment: "Play this moment", OriginalWords: "Original words",
		SaidAsSpoken: "as spoken", SaidInterpreted: "in the interpreter’s words", SaidTranslated: "translation",
		FromOpen: "Open remarks", FromAgreed: "Agreed readout", FromSpokesman: "Spokesperson", FromBackground: "Background",
		Sources: "Sources", Recording: "Recording", RecordingOf: "The parts of the meeting that were open to the public.",
		Credit: "Picture", ShareThis: "Address of this page",
		NothingHere: "There is nothing here", NothingHereSays: "The address may be mistyped, or the page is not public. Ask whoever gave it to you.",
		LandingLead:     "This server holds virtual summits.",
		LandingLink:     "If you have a seat, open the link in your invitation. It brings you to the right room.",
		TrustThisServer: "Prepare this device to trust this server",
	},
	"ar": {
		Skip: "انتقل إلى النص", Languages: "اللغات",
		Announcement: "إعلان", Meeting: "قمة افتراضية",
		ScheduledFor: "الموعد", HeldOn: "عُقد في", NotStarted: "لم يبدأ الاجتماع بعد.",
		LiveNow: "مباشر", ClosedNow: "المحادثات مغلقة.",
		ClosedExplained: "هذا الجزء من الاجتماع غير مفتوح للجمهور. تستأنف الصفحة العرض من تلقاء نفسها حين يُفتح من جديد.",
		RecessNow:       "رُفعت الجلسة مؤقتًا.",
		EndedNoReadout:  "انتهى الاجتماع. سيُنشر البيان هنا.",
		OtherLanguages:  "بلغات أخرى", Participants: "المشاركون",
		AddToCalendar: "أضف إلى التقويم", Published: "نُشر", Corrected: "صُحّح",
		PlayMoment: "شغّل هذه اللحظة", OriginalWords: "النص الأصلي",
		SaidAsSpoken: "كما قيل", SaidInterpreted: "بكلمات المترجم الفوري", SaidTranslated: "ترجمة",
		FromOpen: "الكلمات العلنية", FromAgreed: "البيان المتفق عليه", FromSpokesman: "المتحدث الرسمي", FromBackground: "خلفية",
		Sources: "المصادر", Recording: "التسجيل", RecordingOf: "أجزاء الاجتماع التي كانت مفتوحة للجمهور.",
		Credit: "الصورة", ShareThis: "عنوان هذه الصفحة",
		NothingHere: "لا شيء هنا", NothingHereSays: "قد يكون في العنوان خطأ، أو أن الصفحة ليست عامة. اسأل من أعطاك العنوان.",
		LandingLead:     "يستضيف هذا الخادم قممًا افتراضية.",
		LandingLink:     "إن كان لك مقعد فافتح الرابط الذي في دعوتك، فهو يوصلك إلى القاعة الصحيحة.",
		TrustThisServer: "هيّئ هذا الجهاز ليثق بهذا الخادم",
	},
	"ru": {
		Skip: "Перейти к тексту", Languages: "Языки",
		Announcement: "Анонс", Meeting: "Виртуальный саммит",
		ScheduledFor: "Начало", HeldOn: "Состоялась", NotStarted: "Встреча ещё не началась.",
		LiveNow: "Прямой эфир", ClosedNow: "Переговоры идут в закрытом режиме.",
		ClosedExplained: "Эта часть встречи закрыта для публики. Трансляция возобновится сама, когда встреча снова станет открытой.",
		RecessNow:       "Объявлен перерыв.",
		EndedNoReadout:  "Встреча завершилась. Сообщение о её итогах появится здесь.",
		OtherLanguages:  "На других языках", Participants: "Участники",
		AddToCalendar: "Добавить в календарь", Published: "Опубликовано", Corrected: "Исправлено",
		PlayMoment: "Воспроизвести этот момент", OriginalWords: "Слова оригинала",
		SaidAsSpoken: "как произнесено", SaidInterpreted: "в изложении переводчика", SaidTranslated: "перевод",
		FromOpen: "Открытая часть", FromAgreed: "Согласованное сообщение", FromSpokesman: "Официальный представитель", FromBackground: "Справка",
		Sources: "Источники", Recording: "Запись", RecordingOf: "Части встречи, открытые для публики.",
		Credit: "Фото", ShareThis: "Адрес этой страницы",
		NothingHere: "Здесь ничего нет", NothingHereSays: "Возможно, в адресе опечатка или страница не публична. Спросите того, кто дал вам этот адрес.",
		LandingLead:     "На этом сервере проходят виртуальные саммиты.",
		LandingLink:     "Если у вас есть место, откройте ссылку из приглашения: она приведёт вас в нужный зал.",
		TrustThisServer: "Подготовить устройство, чтобы оно доверяло этому серверу",
	},
	"zh": {
		Skip: "跳至正文", Languages: "语言",
		Announcement: "预告", Meeting: "视频峰会",
		ScheduledFor: "时间", HeldOn: "举行时间", NotStarted: "会议尚未开始。",
		LiveNow: "直播", ClosedNow: "会谈不对外公开。",
		ClosedExplained: "会议的这一部分不向公众开放。重新开放后，本页面会自动继续播放。",
		RecessNow:       "会议休会中。",
		EndedNoReadout:  "会议已结束。会议公报将在此发布。",
		OtherLanguages:  "其他语言", Participants: "与会者",
		AddToCalendar: "添加到日历", Published: "发布于", Corrected: "更正于",
		PlayMoment: "播放这一时刻", OriginalWords: "原话",
		SaidAsSpoken: "发言原文", SaidInterpreted: "据现场口译", SaidTranslated: "译文",
		FromOpen: "公开讲话", FromAgreed: "商定公报", FromSpokesman: "发言人", FromBackground: "背景",
		Sources: "来源", Recording: "录像", RecordingOf: "会议中向公众开放的部分。",
		Credit: "图片", ShareThis: "本页地址",
		NothingHere: "此处没有内容", NothingHereSays: "网址可能有误，或者该页面不公开。请向提供网址的人核实。",
		LandingLead:     "本服务器用于举行视频峰会。",
		LandingLink:     "如果您有席位，请打开邀请函中的链接，它会带您进入相应的会场。",
		TrustThisServer: "让此设备信任本服务器",
	},
}
