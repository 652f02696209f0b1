#!/bin/sh
# Makes the demo's media: one picture per camera (H.264 constrained baseline,
# Annex B) and one voice per microphone (Opus in Ogg), into media/ beside this
# script. Everything here is drawn or synthesised: there are no real persons.
#
# Needs ffmpeg (with librsvg, libx264, libopus, freetype) and espeak-ng:
#     apt-get install ffmpeg espeak-ng fonts-dejavu-core
#
# The result is committed, so that nobody needs these to run the demo.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p media

seconds=20 fps=15
quiet="-hide_banner -loglevel error -y -nostdin"

svg() { # svg NAME WIDTH HEIGHT: standard input is the drawing, $work/NAME.png the result
	{
		printf '<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s">' "$2" "$3" "$2" "$3"
		cat
		printf '</svg>'
	} > "$work/$1.svg"
	ffmpeg $quiet -i "$work/$1.svg" -frames:v 1 -pix_fmt rgba "$work/$1.png"
}

# picture SEAT BACKDROP PANEL SUIT SKIN HAIR LINE-1 LINE-2 SHAPE
# The backdrop's colour tells the seat: package demo states it, and tests look for it.
picture() {
	seat=$1 backdrop=$2 panel=$3 suit=$4 skin=$5 hair=$6 line1=$7 line2=$8 shape=$9
	svg back 640 360 <<-SVG
		<rect width="640" height="360" fill="$backdrop"/>
		<rect x="212" y="0" width="216" height="360" fill="$panel"/>
		<rect x="206" y="0" width="6" height="360" fill="#ffffff" opacity=".18"/>
		<rect x="428" y="0" width="6" height="360" fill="#ffffff" opacity=".18"/>
		<circle cx="540" cy="84" r="46" fill="#f4f1ea"/>
		<circle cx="540" cy="84" r="46" fill="none" stroke="#2b2b2b" stroke-width="4"/>
		<g stroke="#2b2b2b" stroke-width="4"><path d="M540 44v10M540 114v10M500 84h10M570 84h10"/></g>
	SVG
	case $shape in
	short) crown='<path d="M276 132q-4-58 44-58t44 58q-10-32-44-32t-44 32z" fill="'$hair'"/>' ;;
	long) crown='<path d="M270 176q-10-104 50-104t50 104q-12 8-18-2q6-58-32-58t-32 58q-6 10-18 2z" fill="'$hair'"/>' ;;
	bun) crown='<circle cx="320" cy="70" r="17" fill="'$hair'"/><path d="M276 134q-6-60 44-60t44 60q-14-28-44-28t-44 28z" fill="'$hair'"/>' ;;
	esac
	svg figure 640 360 <<-SVG
		<path d="M188 372q4-104 82-124l50-12l50 12q78 20 82 124z" fill="$suit"/>
		<path d="M284 242l36 74l36-74l-36-14z" fill="#f4f1ea"/>
		<path d="M313 258h14l6 62l-13 22l-13-22z" fill="$panel"/>
		<path d="M300 196h40v44q-20 24-40 0z" fill="$skin"/>
		<ellipse cx="320" cy="152" rx="44" ry="56" fill="$skin"/>
		$crown
	SVG
	svg front 640 360 <<-SVG
		<rect y="312" width="640" height="48" fill="#3a2a1e"/>
		<rect y="308" width="640" height="5" fill="#5a4330"/>
		<rect x="180" y="288" width="280" height="54" rx="3" fill="#f4f1ea"/>
		<text x="320" y="313" font-family="DejaVu Sans" font-weight="bold" font-size="21" text-anchor="middle" fill="#1d1d1d">$line1</text>
		<text x="320" y="333" font-family="DejaVu Sans" font-size="14" text-anchor="middle" fill="#3d3d3d">$line2</text>
	SVG
	svg hand 92 92 <<-SVG
		<path d="M44 56h4l-1-48h-2z" fill="#b3261e"/><circle cx="46" cy="46" r="5" fill="#b3261e"/>
	SVG
	# The hand goes round once in the length of the loop, and the figure moves by
	# two pixels as one who breathes, so that a frozen picture is seen at once.
	ffmpeg $quiet \
		-loop 1 -framerate $fps -t $seconds -i "$work/back.png" \
		-loop 1 -framerate $fps -t $seconds -i "$work/figure.png" \
		-loop 1 -framerate $fps -t $seconds -i "$work/front.png" \
		-loop 1 -framerate $fps -t $seconds -i "$work/hand.png" \
		-filter_complex "[3]rotate=a=2*PI*t/$seconds:c=none[h];\
[0][1]overlay=x=0:y='2*sin(2*PI*t/5)':format=rgb[a];[a][2]overlay=format=rgb[b];[b][h]overlay=494:38:format=rgb,\
drawtext=font='DejaVu Sans Mono':text='%{eif\\:t\\:d\\:2}':x=526:y=140:fontsize=22:fontcolor=white,\
scale=out_color_matrix=bt709:out_range=tv,format=yuv420p[v]" -map '[v]' \
		-c:v libx264 -profile:v baseline -preset veryslow -tune stillimage -threads 1 -crf 24 -maxrate 160k -bufsize 320k \
		-g $((fps * 2)) -keyint_min $((fps * 2)) -sc_threshold 0 \
		-x264-params "aud=1:repeat-headers=1:slices=1:scenecut=0" \
		-color_primaries bt709 -color_trc bt709 -colorspace bt709 \
		-bsf:v filter_units=remove_types=6 -fflags +bitexact -flags:v +bitexact -f h264 "media/$seat.h264"
}

# voice SEAT LANGUAGE ESPEAK-VOICE PITCH SPEED: reads texts/SEAT.LANGUAGE.txt
voice() {
	espeak-ng -v "$3" -p "$4" -s "$5" -g 2 -f "texts/$1.$2.txt" -w "$work/voice.wav"
	ffmpeg $quiet -i "$work/voice.wav" \
		-af "aresample=48000,highpass=f=70,dynaudnorm=f=250:g=9:p=0.8:m=8,adelay=200,apad=pad_dur=1.2" \
		-ac 1 -ar 48000 -c:a libopus -b:a 40k -vbr on -application voip -frame_duration 20 \
		-fec 1 -packet_loss 5 -fflags +bitexact -flags:a +bitexact -map_metadata -1 -f ogg "media/$1.ogg"
}

#       seat          backdrop  panel     suit      skin      hair      plate                            shape
picture a-principal  '#1f4788' '#173463' '#20242c' '#c99b7a' '#5b5148' 'DELEGATION A' 'Head of delegation' short
picture b-principal  '#8c2436' '#671927' '#262228' '#c68f66' '#1f1b1a' 'DELEGATION B' 'Head of delegation' short
picture a-delegate   '#1d7a78' '#145655' '#3a3f4a' '#d8ab88' '#7a4a2a' 'DELEGATION A' 'Delegate' long
picture b-delegate   '#b07d22' '#85601c' '#2c3a36' '#cf9c72' '#17130f' 'DELEGATION B' 'Delegate' bun
picture a-note-taker '#5b3f92' '#43306d' '#4a4038' '#b98a68' '#2a2018' 'DELEGATION A' 'Note-taker' bun
picture b-note-taker '#4d7a2c' '#3a5c22' '#2d2f45' '#d3a57e' '#241a14' 'DELEGATION B' 'Note-taker' long

voice a-principal    ru ru+m3              32 138
voice b-principal    zh cmn-latn-pinyin+m7 38 150
voice a-delegate     ru ru+f2              58 145
voice b-delegate     zh cmn-latn-pinyin+f4 62 155
voice interpreter-ru ru ru+f5              45 152
voice interpreter-zh zh cmn-latn-pinyin+f3 50 165
voice interpreter-en en en-gb+f1           52 150
voice officer        en en-gb+m5           45 148
voice speaker-ar     ar ar+m3              40 138

# The still is what the program shows while the heads of delegation greet each
# other: both of them, side by side.
ffmpeg $quiet -i media/a-principal.h264 -i media/b-principal.h264 \
	-filter_complex "[0][1]hstack,select=eq(n\\,0)" \
	-frames:v 1 -q:v 3 -flags:v +bitexact -map_metadata -1 media/still.jpg

du -ch media/* | tail -1
