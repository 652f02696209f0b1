#!/bin/sh
# Makes the frames that the switchboard sends of itself: the slate, a plain
# dark picture that replaces one that has been cut, in each codec, and 20 ms of
# silence. Needs ffmpeg with libx264, libvpx and libopus.
set -eu
cd "$(dirname "$0")"

picture='color=c=0x15181d:s=320x180:r=30'
quiet='-hide_banner -loglevel error -y'

# Constrained baseline is what every browser's H.264 can decode (RFC 7742 §6.2).
# Two keyframes: one that follows another must differ from it by its
# idr_pic_id.
ffmpeg $quiet -f lavfi -i "$picture" -frames:v 2 -g 1 -pix_fmt yuv420p -fflags +bitexact -flags:v +bitexact \
	-c:v libx264 -profile:v baseline -level:v 3.1 -qp 24 -x264-params 'annexb=1:repeat-headers=1:aud=0' \
	-bsf:v 'filter_units=remove_types=6' -f h264 slate.h264

# An IVF file is a header of 32 bytes, then a header of 12 and a frame.
ffmpeg $quiet -f lavfi -i "$picture" -frames:v 1 -pix_fmt yuv420p -fflags +bitexact -flags:v +bitexact \
	-c:v libvpx-vp9 -crf 40 -b:v 0 -f ivf slate.ivf
tail -c +45 slate.ivf >slate.vp9
rm slate.ivf

# Fullband CELT, mono, one frame of 20 ms: the encoder says silence in three
# bytes. An Ogg file ends with its last packet.
ffmpeg $quiet -f lavfi -i anullsrc=r=48000:cl=mono -t 0.2 -fflags +bitexact \
	-c:a libopus -application lowdelay -frame_duration 20 -vbr on -b:a 64k -f opus silence.ogg
tail -c 3 silence.ogg >silence.opus
rm silence.ogg

ls -l slate.h264 slate.vp9 silence.opus
