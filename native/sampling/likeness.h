#pragma once
#include <cstdint>

#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// Where two pieces of music are most alike.
struct Likeness {
  double similarity = 0;                   ///< of the two windows, -1 to 1; 0 where no two could be compared
  int64_t clip_frame = 0, song_frame = 0;  ///< where the windows begin
};

/// The pair of windows of `window` latent frames (fewer where a piece is shorter), one of each piece, with the highest zero-mean
/// normalised cross-correlation (template matching; Lewis 1995):
///   sum (x - mean x)(y - mean y) / sqrt(sum (x - mean x)^2 sum (y - mean y)^2)
/// over all frames and channels of the windows, the mean being each channel's own in its window. So neither a common timbre or
/// level counts, nor silence: windows that vary less than a twentieth of the song's windows on average are left out. The first of
/// equal pairs, by clip frame, then song frame. FLOPs: about 4 T_clip T_song C. Host tensors.
/// Throws native/shape-mismatch, native/dtype-mismatch, native/cancelled.
Likeness closest_passage(ConstTensor clip,  ///< [T_clip, C] f32
                         ConstTensor song,  ///< [T_song, C] f32
                         int64_t window, Stream& stream);

}  // namespace sidestep
