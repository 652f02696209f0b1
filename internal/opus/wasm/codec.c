/*
 * What liqa uses of libopus, as one WebAssembly module without imports: one
 * decoder and one encoder of mono at 48 kHz, whose state and buffers lie in
 * static memory, so that nothing is ever allocated.
 */
#include <stddef.h>
#include "opus.h"

#define EXPORT(name) __attribute__((export_name(#name))) name

enum {
	state_bytes = 64 * 1024,
	most_samples = 5760, /* 120 ms, the longest that a packet may be (RFC 6716 section 3.4) */
	most_bytes = 1500,
};

static char decoder[state_bytes] __attribute__((aligned(16)));
static char encoder[state_bytes] __attribute__((aligned(16)));
static float samples[most_samples];
static unsigned char packet[most_bytes];

float *EXPORT(samples_at)(void) { return samples; }
unsigned char *EXPORT(packet_at)(void) { return packet; }

/* decoder_open makes the decoder begin; below 0 is an error of libopus. */
int EXPORT(decoder_open)(void)
{
	if (opus_decoder_get_size(1) > state_bytes)
		return OPUS_ALLOC_FAIL;
	return opus_decoder_init((OpusDecoder *)decoder, 48000, 1);
}

/* decode decodes bytes of packet into samples, and gives how many they are. With
   no bytes it makes up room samples for what is lost; with fec it takes them out
   of the packet behind it. */
int EXPORT(decode)(int bytes, int room, int fec)
{
	if (bytes < 0 || bytes > most_bytes || room <= 0 || room > most_samples)
		return OPUS_BAD_ARG;
	return opus_decode_float((OpusDecoder *)decoder, bytes ? packet : NULL, bytes, samples, room, fec);
}

/* encoder_open makes the encoder of speech begin; below 0 is an error. */
int EXPORT(encoder_open)(int rate, int complexity)
{
	OpusEncoder *e = (OpusEncoder *)encoder;
	int err;
	if (opus_encoder_get_size(1) > state_bytes)
		return OPUS_ALLOC_FAIL;
	if ((err = opus_encoder_init(e, 48000, 1, OPUS_APPLICATION_VOIP)) < 0)
		return err;
	if ((err = opus_encoder_ctl(e, OPUS_SET_BITRATE(rate))) < 0)
		return err;
	if ((err = opus_encoder_ctl(e, OPUS_SET_COMPLEXITY(complexity))) < 0)
		return err;
	if ((err = opus_encoder_ctl(e, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE))) < 0)
		return err;
	return opus_encoder_ctl(e, OPUS_SET_MAX_BANDWIDTH(OPUS_BANDWIDTH_WIDEBAND));
}

/* expect tells the encoder what share of packets is lost, in percent: from 1 on
   each carries a small copy of the one before it along (RFC 6716 section 2.1.7). */
int EXPORT(expect)(int percent)
{
	int err = opus_encoder_ctl((OpusEncoder *)encoder, OPUS_SET_INBAND_FEC(percent > 0));
	if (err < 0)
		return err;
	return opus_encoder_ctl((OpusEncoder *)encoder, OPUS_SET_PACKET_LOSS_PERC(percent));
}

/* lookahead is by how many samples what is decoded is later than what was encoded. */
int EXPORT(lookahead)(void)
{
	opus_int32 n = 0;
	int err = opus_encoder_ctl((OpusEncoder *)encoder, OPUS_GET_LOOKAHEAD(&n));
	return err < 0 ? err : n;
}

/* encode encodes so many samples into packet, at most room bytes of it. */
int EXPORT(encode)(int n, int room)
{
	if (n < 0 || n > most_samples || room <= 0 || room > most_bytes)
		return OPUS_BAD_ARG;
	return opus_encode_float((OpusEncoder *)encoder, samples, n, packet, room);
}
