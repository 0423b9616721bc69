#include "antiphon/audio/line_codec.hpp"

#include <gtest/gtest.h>

#include "antiphon/audio/testing/signals.hpp"

namespace antiphon::audio {
namespace {

/// Half a second of a tone on a line, decoded in frames of 20 ms; the lengths of what came out of each.
std::vector<std::size_t> pieces_of(const AudioFormat& format, LineDecoder::Pieces pieces, Samples& decoded) {
  LineEncoder encoder(format);
  LineDecoder decoder(format, pieces);
  const auto tone = testing::sine(440, 0.5, 0.3);
  std::vector<std::size_t> lengths;
  for (std::size_t at = 0; at < tone.size(); at += 480) {
    const auto piece = decoder.decode(encoder.encode(SampleView(tone).subspan(at, 480)));
    lengths.push_back(piece.size());
    decoded.insert(decoded.end(), piece.begin(), piece.end());
  }
  return lengths;
}

TEST(LineDecoder, WholeFramesComeOutOfWholeFrames_GTW10) {
  for (const AudioFormat& format : {AudioFormat{Encoding::pcm16, 16000}, AudioFormat{Encoding::mulaw, 8000}, AudioFormat{Encoding::pcm16, 24000}}) {
    Samples early, whole;
    const auto early_pieces = pieces_of(format, LineDecoder::Pieces::early, early), pieces = pieces_of(format, LineDecoder::Pieces::whole, whole);
    EXPECT_EQ(pieces, std::vector<std::size_t>(25, 480)) << to_string(format);
    ASSERT_LE(early.size(), whole.size());
    const auto later = whole.size() - early.size();
    EXPECT_LE(later, samples_in(std::chrono::milliseconds(4))) << to_string(format);
    EXPECT_EQ(Samples(whole.begin() + static_cast<std::ptrdiff_t>(later), whole.end()), early) << "the same, and later: " << to_string(format);
    EXPECT_EQ(early_pieces.size(), pieces.size());
  }
}

}  // namespace
}  // namespace antiphon::audio
