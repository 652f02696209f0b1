package web

// trustWords are the words of the page on which another machine learns to
// trust this server, in one language. Names of systems and their menus are as
// those systems write them in that language.
type trustWords struct {
	Title       string
	Why         string // before the server's name
	Made        string // after it, with the comma of the language
	CodeIs      string // alternative text of the QR code
	OnAnother   string // before the address
	Before      string
	Compare     string
	Vouches     string // before the date
	Download    string
	Apple       []string
	Android     []string
	Windows     []string
	Mac         []string
	Linux       []string
	Firefox     []string
	FirefoxName string
}

var trust = map[string]trustWords{
	"en": {
		Title:     "Trust this server",
		Why:       "A browser gives camera and microphone only to a page whose certificate it trusts. This server,",
		Made:      ", made its own. Install its root certificate once on this device, then open your link.",
		CodeIs:    "QR code of this page, for a telephone or a tablet",
		OnAnother: "On another device, scan the code or open",
		Before:    "Before you install it",
		Compare:   "Compare the fingerprint (SHA-256) with the one that the administrator reads to you:",
		Vouches:   "The certificate can vouch only for private networks and for the names of this server, for no other site. It is valid until",
		Download:  "Download the root certificate",
		Apple: []string{
			"Open this page in Safari, tap the button and allow the download.",
			"Settings → Profile Downloaded → Install.",
			"Settings → General → About → Certificate Trust Settings: switch on “Liqa local authority”. Without this step it does not work.",
		},
		Android: []string{
			"Tap the button; the file is kept under Downloads.",
			"Settings → Security → More security settings → Install from storage → CA certificate, and choose the file.",
			"In Firefox also: Settings → About Firefox, tap the logo five times, then Secret settings → Use third party CA certificates.",
		},
		Windows: []string{
			"Open the downloaded file and choose “Install Certificate…”, then “Current User”.",
			"Choose “Place all certificates in the following store” and there “Trusted Root Certification Authorities”.",
			"Confirm the question with Yes, after comparing the fingerprint. Restart the browser.",
		},
		Mac: []string{
			"Open the downloaded file; Keychain Access asks where to keep it: choose “login”.",
			"Double-click “Liqa local authority” there, unfold “Trust”, and choose “Always Trust”.",
		},
		Linux: []string{
			"Chromium: Settings → Privacy and security → Security → Manage certificates → Custom → Import.",
			"For the whole system (Debian): copy the file to /usr/local/share/ca-certificates/liqa-root.crt and run update-ca-certificates.",
		},
		Firefox: []string{
			"Settings → Privacy & Security → Certificates → View Certificates → Authorities → Import.",
			"Tick “Trust this CA to identify websites”.",
		},
		FirefoxName: "Firefox, on any computer",
	},
	"ar": {
		Title:     "الوثوق بهذا الخادم",
		Why:       "لا يتيح المتصفح الكاميرا والميكروفون إلا لصفحة يثق بشهادتها. وقد أصدر هذا الخادم،",
		Made:      "، شهادته بنفسه. ثبّت شهادته الجذرية مرة واحدة على هذا الجهاز، ثم افتح رابطك.",
		CodeIs:    "رمز QR لهذه الصفحة، للهاتف أو الجهاز اللوحي",
		OnAnother: "على جهاز آخر، امسح الرمز أو افتح",
		Before:    "قبل التثبيت",
		Compare:   "قارن البصمة (SHA-256) بالبصمة التي يقرؤها عليك المسؤول:",
		Vouches:   "لا تصلح هذه الشهادة إلا للشبكات الخاصة ولأسماء هذا الخادم، ولا تصلح لأي موقع آخر. وهي صالحة حتى",
		Download:  "تنزيل الشهادة الجذرية",
		Apple: []string{
			"افتح هذه الصفحة في Safari، واضغط الزر واسمح بالتنزيل.",
			"الإعدادات ← تم تنزيل ملف التعريف ← تثبيت.",
			"الإعدادات ← عام ← حول ← إعدادات الثقة بالشهادات: فعّل «Liqa local authority». لا يعمل الأمر من دون هذه الخطوة.",
		},
		Android: []string{
			"اضغط الزر؛ يُحفظ الملف في التنزيلات.",
			"الإعدادات ← الأمان ← المزيد من إعدادات الأمان ← التثبيت من وحدة التخزين ← شهادة مرجع مصدق، ثم اختر الملف.",
			"وفي Firefox أيضًا: الإعدادات ← حول Firefox، واضغط الشعار خمس مرات، ثم Secret settings ← Use third party CA certificates.",
		},
		Windows: []string{
			"افتح الملف الذي نزّلته واختر «تثبيت الشهادة…» ثم «المستخدم الحالي».",
			"اختر «وضع كافة الشهادات في المخزن التالي» ثم «المراجع المصدقة الجذرية الموثوقة».",
			"أجب بنعم بعد مقارنة البصمة. ثم أعد تشغيل المتصفح.",
		},
		Mac: []string{
			"افتح الملف الذي نزّلته؛ يسألك «الوصول إلى سلسلة المفاتيح» عن مكان حفظه: اختر «تسجيل الدخول».",
			"انقر «Liqa local authority» نقرًا مزدوجًا، وافتح «الثقة»، واختر «الثقة دائمًا».",
		},
		Linux: []string{
			"في Chromium: الإعدادات ← الخصوصية والأمان ← الأمان ← إدارة الشهادات ← مخصّصة ← استيراد.",
			"للنظام كله (Debian): انسخ الملف إلى \u2066/usr/local/share/ca-certificates/liqa-root.crt\u2069 ثم شغّل update-ca-certificates.",
		},
		Firefox: []string{
			"الإعدادات ← الخصوصية والأمان ← الشهادات ← عرض الشهادات ← السلطات ← استيراد.",
			"علّم «الوثوق بهذه السلطة لتعريف مواقع الويب».",
		},
		FirefoxName: "Firefox على أي حاسوب",
	},
	"ru": {
		Title:     "Доверие к этому серверу",
		Why:       "Браузер даёт камеру и микрофон только странице, сертификату которой доверяет. Этот сервер,",
		Made:      ", выпустил сертификат сам. Установите его корневой сертификат на это устройство один раз, затем откройте свою ссылку.",
		CodeIs:    "QR-код этой страницы для телефона или планшета",
		OnAnother: "На другом устройстве отсканируйте код или откройте",
		Before:    "Перед установкой",
		Compare:   "Сверьте отпечаток (SHA-256) с тем, который прочитает вам администратор:",
		Vouches:   "Сертификат действителен только для частных сетей и имён этого сервера и ни для какого другого сайта. Срок его действия — до",
		Download:  "Скачать корневой сертификат",
		Apple: []string{
			"Откройте эту страницу в Safari, нажмите кнопку и разрешите загрузку.",
			"Настройки → Профиль загружен → Установить.",
			"Настройки → Основные → Об этом устройстве → Доверие сертификатам: включите «Liqa local authority». Без этого шага ничего не получится.",
		},
		Android: []string{
			"Нажмите кнопку; файл сохранится в «Загрузках».",
			"Настройки → Безопасность → Другие настройки безопасности → Установка из памяти → Сертификат ЦС, затем выберите файл.",
			"В Firefox также: Настройки → О Firefox, пять раз нажмите на логотип, затем Secret settings → Use third party CA certificates.",
		},
		Windows: []string{
			"Откройте скачанный файл и выберите «Установить сертификат…», затем «Текущий пользователь».",
			"Выберите «Поместить все сертификаты в следующее хранилище» и укажите «Доверенные корневые центры сертификации».",
			"Сверив отпечаток, ответьте «Да». Перезапустите браузер.",
		},
		Mac: []string{
			"Откройте скачанный файл; «Связка ключей» спросит, где его хранить: выберите «вход».",
			"Дважды нажмите «Liqa local authority», раскройте «Доверие» и выберите «Всегда доверять».",
		},
		Linux: []string{
			"Chromium: Настройки → Конфиденциальность и безопасность → Безопасность → Настроить сертификаты → Персонализированные → Импорт.",
			"Для всей системы (Debian): скопируйте файл в /usr/local/share/ca-certificates/liqa-root.crt и выполните update-ca-certificates.",
		},
		Firefox: []string{
			"Настройки → Приватность и Защита → Сертификаты → Просмотр сертификатов → Центры сертификации → Импортировать.",
			"Отметьте «Доверять при идентификации веб-сайтов».",
		},
		FirefoxName: "Firefox на любом компьютере",
	},
	"zh": {
		Title:     "信任此服务器",
		Why:       "浏览器只把摄像头和麦克风交给证书受信任的网页。此服务器",
		Made:      " 使用自己签发的证书。请在本设备上安装一次根证书，然后打开您的链接。",
		CodeIs:    "本页的二维码，供手机或平板扫描",
		OnAnother: "在其他设备上，请扫描二维码或打开",
		Before:    "安装之前",
		Compare:   "请将指纹（SHA-256）与管理员向您宣读的指纹核对：",
		Vouches:   "此证书只对专用网络和此服务器的名称有效，对任何其他网站均无效。有效期至",
		Download:  "下载根证书",
		Apple: []string{
			"用 Safari 打开本页，点按按钮并允许下载。",
			"设置 → 已下载描述文件 → 安装。",
			"设置 → 通用 → 关于本机 → 证书信任设置：打开“Liqa local authority”。缺少这一步将无法使用。",
		},
		Android: []string{
			"点按按钮；文件保存在“下载”中。",
			"设置 → 安全 → 更多安全设置 → 从存储设备安装 → CA 证书，然后选择该文件。",
			"使用 Firefox 时还需：设置 → 关于 Firefox，连点徽标五次，再打开 Secret settings → Use third party CA certificates。",
		},
		Windows: []string{
			"打开下载的文件，选择“安装证书…”，再选择“当前用户”。",
			"选择“将所有的证书都放入下列存储”，并选定“受信任的根证书颁发机构”。",
			"核对指纹后选择“是”。重新启动浏览器。",
		},
		Mac: []string{
			"打开下载的文件；“钥匙串访问”询问存放位置时，选择“登录”。",
			"双击“Liqa local authority”，展开“信任”，选择“始终信任”。",
		},
		Linux: []string{
			"Chromium：设置 → 隐私和安全 → 安全 → 管理证书 → 自定义 → 导入。",
			"用于整个系统（Debian）：将文件复制到 /usr/local/share/ca-certificates/liqa-root.crt，然后运行 update-ca-certificates。",
		},
		Firefox: []string{
			"设置 → 隐私与安全 → 证书 → 查看证书 → 证书颁发机构 → 导入。",
			"勾选“信任由此证书颁发机构来标识网站”。",
		},
		FirefoxName: "任何电脑上的 Firefox",
	},
}
