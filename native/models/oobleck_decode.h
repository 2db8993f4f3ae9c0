#pragma once
#include "models/oobleck.h"

namespace sidestep {

/// Latents [B, latent channels, T] to audio [B, audio channels, about T * hop], all at once: memory grows with T.
Storage oobleck_decode(const OobleckDecoder& decoder, const ConstTensor& latents, Stream& stream);

}  // namespace sidestep
