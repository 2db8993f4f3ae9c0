#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/json.h"
#include "core/stream.h"
#include "core/tensor.h"
#include "models/weights.h"

namespace sidestep {

/// The variational autoencoder between 48 kHz stereo and 64-channel latent frames (Evans et al. 2024; the
/// AutoencoderOobleck of diffusers): weight-normalised convolutions and Snake activations.
struct OobleckConfig {
  int64_t audio_channels = 2;
  int64_t sampling_rate = 44100;
  int64_t encoder_hidden_size = 128;  ///< channels of mean and scale together
  int64_t decoder_channels = 128;
  int64_t decoder_input_channels = 64;  ///< channels of a latent frame
  std::vector<int64_t> channel_multiples{1, 2, 4, 8, 16};
  std::vector<int64_t> downsampling_ratios{2, 4, 4, 8, 8};

  int64_t hop() const;  ///< audio samples a latent frame
  int64_t latent_channels() const { return encoder_hidden_size / 2; }
};

/// Reads an upstream config.json; absent keys take diffusers' defaults. Throws native/config-invalid.
OobleckConfig oobleck_config(const Json& config);

/// One convolution with its weight norm folded: weight = g v / ||v||, the norm over all but the first dimension.
struct ConvLayer {
  Storage weight;  ///< [O, I, K]
  Storage bias;    ///< [O] or empty
  int64_t stride = 1, padding = 0, dilation = 1;

  int64_t taps() const { return weight.view().dim(2); }
};

struct SnakeLayer {
  Storage alpha, beta;  ///< [C], logarithms
};

/// x + conv2(snake2(conv1(snake1(x)))); conv1 has 7 taps and a dilation, conv2 has one tap.
struct ResidualUnit {
  SnakeLayer snake1, snake2;
  ConvLayer conv1, conv2;
};

/// Three residual units (dilations 1, 3, 9), Snake, strided convolution.
struct EncoderBlock {
  std::vector<ResidualUnit> units;
  SnakeLayer snake;
  ConvLayer down;
};

struct OobleckEncoder {
  OobleckConfig config;
  ConvLayer conv1, conv2;
  std::vector<EncoderBlock> blocks;
  SnakeLayer snake;
};

/// A transposed convolution whose kernel is twice its stride, as a convolution of two taps that gives all phases of the stride at
/// once:
///   y[o, q * stride + p - padding] = phases[o * stride + p, q], from inputs q - 1 and q
struct UpsampleLayer {
  ConvLayer phases;  ///< weight [O * stride, I, 2], bias [O * stride], padding 1
  int64_t stride = 1, padding = 0;

  int64_t outputs() const { return phases.weight.view().dim(0) / stride; }
};

/// Snake, transposed convolution, three residual units.
struct DecoderBlock {
  SnakeLayer snake;
  UpsampleLayer up;
  std::vector<ResidualUnit> units;
};

struct OobleckDecoder {
  OobleckConfig config;
  ConvLayer conv1, conv2;
  std::vector<DecoderBlock> blocks;
  SnakeLayer snake;
};

/// Both parameter namings of weight norm are read (`weight_g`/`weight_v`, `parametrizations.weight.original0/1`), and plain
/// weights. `weights` are on the CPU in f32; the result is on the stream's device.
/// Throws native/tensor-missing, native/tensor-shape, native/tensor-dtype by name.
OobleckEncoder load_oobleck_encoder(const OobleckConfig& config, const Weights& weights, Stream& stream);
OobleckDecoder load_oobleck_decoder(const OobleckConfig& config, const Weights& weights, Stream& stream);

/// From a folder with config.json and diffusion_pytorch_model.safetensors.
OobleckEncoder open_oobleck_encoder(const std::filesystem::path& folder, Stream& stream);
OobleckDecoder open_oobleck_decoder(const std::filesystem::path& folder, Stream& stream);

/// Random weights of the right shapes, for benches.
OobleckEncoder random_oobleck_encoder(const OobleckConfig& config, uint64_t seed, Stream& stream);

}  // namespace sidestep
