#include "models/oobleck.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "core/memory.h"
#include "models/model_config.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

constexpr int64_t kUnitTaps = 7;
constexpr int64_t kDilations[] = {1, 3, 9};

int64_t stride_padding(int64_t stride) { return (stride + 1) / 2; }

[[noreturn]] void invalid(const std::string& key, const std::string& expected, const std::string& found) {
  throw Error("native/config-invalid", "VAE config.json: expected " + key + " to be " + expected + " but found " + found + ".",
              "Check that the folder holds an unmodified AutoencoderOobleck.");
}

int64_t size_or(const Json& config, const std::string& key, int64_t fallback) {
  const Json& value = config.get(key);
  if (value.is_null()) return fallback;
  const double number = value.is_number() ? value.as_number() : 0;
  if (number < 1 || number > 1 << 20 || number != std::floor(number)) invalid(key, "a whole number of at least 1", value.dump());
  return value.as_int();
}

std::vector<int64_t> sizes_or(const Json& config, const std::string& key, const std::vector<int64_t>& fallback) {
  const Json& value = config.get(key);
  if (value.is_null()) return fallback;
  if (!value.is_array() || value.as_array().empty() || value.as_array().size() > 16) {
    invalid(key, "a list of 1 to 16 whole numbers", value.dump());
  }
  std::vector<int64_t> sizes;
  for (const Json& entry : value.as_array()) {
    const double number = entry.is_number() ? entry.as_number() : 0;
    if (number < 1 || number > 4096 || number != std::floor(number)) invalid(key, "whole numbers from 1 to 4096", value.dump());
    sizes.push_back(entry.as_int());
  }
  return sizes;
}

/// A host vector on the stream's device.
Storage placed(const Storage& host, Stream& stream) {
  if (stream.device().kind == DeviceKind::cpu) return host;
  Storage device(host.view().dtype(), host.view().shape(), stream.device());
  transfer({host.view(), device.tensor()}, stream);
  return device;
}

/// On the host, wherever the weights are.
Storage brought(const ConstTensor& source, const Shape& shape) {
  Storage host(DType::f32, shape);
  copy_bytes({}, host.tensor().raw(), source.device(), source.raw(), host.tensor().bytes());
  return host;
}

Storage copied(const ConstTensor& source, const Shape& shape, Stream& stream) { return placed(brought(source, shape), stream); }

/// weight = g v / ||v||, in double precision, on the host.
Storage folded(const ConstTensor& norms, const ConstTensor& directions, Stream& stream) {
  const Storage host_g = to_host(norms, stream), host_v = to_host(directions, stream);  // weights may be on the device
  const ConstTensor g = host_g.view(), v = host_v.view();
  Storage weight(DType::f32, v.shape());
  const int64_t rows = v.dim(0), width = v.numel() / std::max<int64_t>(1, rows);
  for (int64_t row = 0; row < rows; ++row) {
    const float* from = v.data<float>() + row * width;
    double squares = 0;
    for (int64_t i = 0; i < width; ++i) squares += static_cast<double>(from[i]) * static_cast<double>(from[i]);
    const double factor = static_cast<double>(g.data<float>()[row]) / std::sqrt(squares);
    float* to = weight.tensor().data<float>() + row * width;
    for (int64_t i = 0; i < width; ++i) to[i] = static_cast<float>(static_cast<double>(from[i]) * factor);
  }
  return weight;
}

/// On the host.
Storage load_weight(const Weights& weights, const Shape& shape, Stream& stream) {
  if (weights.contains("weight")) return brought(weights.tensor("weight", shape), shape);
  const Shape norms{shape[0], 1, 1};
  const std::string newer = "parametrizations.weight.original";
  if (weights.contains(newer + "0")) {
    return folded(weights.tensor(newer + "0", norms), weights.tensor(newer + "1", shape), stream);
  }
  return folded(weights.tensor("weight_g", norms), weights.tensor("weight_v", shape), stream);
}

ConvLayer load_conv(const Weights& weights, const Shape& shape, int64_t bias_size, Stream& stream) {
  ConvLayer layer;
  layer.weight = placed(load_weight(weights, shape, stream), stream);
  if (bias_size > 0) layer.bias = copied(weights.tensor("bias", {bias_size}), {bias_size}, stream);
  return layer;
}

ConvLayer load_same_conv(const Weights& weights, int64_t in, int64_t out, int64_t taps, int64_t dilation, Stream& stream) {
  ConvLayer layer = load_conv(weights, {out, in, taps}, out, stream);
  layer.padding = (taps - 1) * dilation / 2;
  layer.dilation = dilation;
  return layer;
}

/// Of a transposed convolution [I, O, 2 * stride]: input q - 1 meets the second half of the kernel, input q the first.
Storage phases_of(const ConstTensor& kernel, int64_t stride) {
  const int64_t inputs = kernel.dim(0), outputs = kernel.dim(1);
  const Storage phases(DType::f32, {outputs * stride, inputs, 2});
  for (int64_t o = 0; o < outputs; ++o) {
    for (int64_t i = 0; i < inputs; ++i) {
      const float* from = kernel.data<float>() + (i * outputs + o) * 2 * stride;
      float* to = phases.tensor().data<float>() + (o * stride * inputs + i) * 2;
      for (int64_t p = 0; p < stride; ++p, to += 2 * inputs) to[0] = from[p + stride], to[1] = from[p];
    }
  }
  return phases;
}

/// Every element `times` times in a row.
Storage repeated(const ConstTensor& x, int64_t times) {
  const Storage y(DType::f32, {x.dim(0) * times});
  for (int64_t i = 0; i < x.dim(0); ++i) std::fill_n(y.tensor().data<float>() + i * times, times, x.data<float>()[i]);
  return y;
}

UpsampleLayer load_upsample(const Weights& weights, int64_t in, int64_t out, int64_t stride, Stream& stream) {
  UpsampleLayer layer{.phases = {.padding = 1}, .stride = stride, .padding = stride_padding(stride)};
  if (stream.device().kind == DeviceKind::plan) {  // shapes are enough
    layer.phases.weight = Storage(DType::f32, {out * stride, in, 2}, stream.device());
    layer.phases.bias = Storage(DType::f32, {out * stride}, stream.device());
    return layer;
  }
  layer.phases.weight = placed(phases_of(load_weight(weights, {in, out, 2 * stride}, stream).view(), stride), stream);
  layer.phases.bias = placed(repeated(brought(weights.tensor("bias", {out}), {out}).view(), stride), stream);
  return layer;
}

SnakeLayer load_snake(const Weights& weights, int64_t channels, Stream& stream) {
  const auto parameter = [&](const char* name) { return copied(weights.tensor(name, {1, channels, 1}), {channels}, stream); };
  return {parameter("alpha"), parameter("beta")};
}

std::vector<ResidualUnit> load_units(const Weights& weights, int64_t channels, Stream& stream) {
  std::vector<ResidualUnit> units;
  for (const int64_t dilation : kDilations) {
    const Weights unit = weights.below("res_unit" + std::to_string(units.size() + 1) + ".");
    units.push_back({load_snake(unit.below("snake1."), channels, stream), load_snake(unit.below("snake2."), channels, stream),
                     load_same_conv(unit.below("conv1."), channels, channels, kUnitTaps, dilation, stream),
                     load_same_conv(unit.below("conv2."), channels, channels, 1, 1, stream)});
  }
  return units;
}

/// Channels at each depth, in units of the base width: a leading 1, then the multiples.
std::vector<int64_t> widths(const OobleckConfig& config, int64_t base) {
  std::vector<int64_t> result{base};
  for (const int64_t multiple : config.channel_multiples) result.push_back(base * multiple);
  return result;
}

/// `host` must outlive the weights.
Weights weights_of(const std::filesystem::path& folder, const std::string& part, Stream& host) {
  return Weights::from_files(WeightFiles::open(folder, "diffusion_pytorch_model"), part, DType::f32, host);
}

}  // namespace

int64_t OobleckConfig::hop() const {
  int64_t product = 1;
  for (const int64_t ratio : downsampling_ratios) product *= ratio;
  return product;
}

OobleckConfig oobleck_config(const Json& json) {
  if (!json.is_object()) invalid("the document", "an object", json.dump());
  OobleckConfig config;
  config.audio_channels = size_or(json, "audio_channels", config.audio_channels);
  config.sampling_rate = size_or(json, "sampling_rate", config.sampling_rate);
  config.encoder_hidden_size = size_or(json, "encoder_hidden_size", config.encoder_hidden_size);
  config.decoder_channels = size_or(json, "decoder_channels", config.decoder_channels);
  config.decoder_input_channels = size_or(json, "decoder_input_channels", config.decoder_input_channels);
  config.channel_multiples = sizes_or(json, "channel_multiples", config.channel_multiples);
  config.downsampling_ratios = sizes_or(json, "downsampling_ratios", config.downsampling_ratios);
  if (config.encoder_hidden_size % 2 != 0) {
    invalid("encoder_hidden_size", "even (half mean, half scale)", std::to_string(config.encoder_hidden_size));
  }
  if (config.channel_multiples.size() != config.downsampling_ratios.size()) {
    invalid("channel_multiples", "as long as downsampling_ratios", std::to_string(config.channel_multiples.size()) + " entries");
  }
  return config;
}

OobleckEncoder load_oobleck_encoder(const OobleckConfig& config, const Weights& weights, Stream& stream) {
  OobleckEncoder encoder;
  encoder.config = config;
  const std::vector<int64_t> width = widths(config, config.encoder_hidden_size);
  encoder.conv1 = load_same_conv(weights.below("conv1."), config.audio_channels, width.front(), 7, 1, stream);
  for (size_t i = 0; i < config.downsampling_ratios.size(); ++i) {
    const Weights block = weights.below("block." + std::to_string(i) + ".");
    const int64_t stride = config.downsampling_ratios[i];
    ConvLayer down = load_conv(block.below("conv1."), {width[i + 1], width[i], 2 * stride}, width[i + 1], stream);
    down.stride = stride;
    down.padding = stride_padding(stride);
    encoder.blocks.push_back({load_units(block, width[i], stream), load_snake(block.below("snake1."), width[i], stream), down});
  }
  encoder.snake = load_snake(weights.below("snake1."), width.back(), stream);
  encoder.conv2 = load_same_conv(weights.below("conv2."), width.back(), config.encoder_hidden_size, 3, 1, stream);
  return encoder;
}

OobleckDecoder load_oobleck_decoder(const OobleckConfig& config, const Weights& weights, Stream& stream) {
  OobleckDecoder decoder;
  decoder.config = config;
  const std::vector<int64_t> width = widths(config, config.decoder_channels);
  const size_t depth = config.downsampling_ratios.size();
  decoder.conv1 = load_same_conv(weights.below("conv1."), config.decoder_input_channels, width.back(), 7, 1, stream);
  for (size_t i = 0; i < depth; ++i) {
    const Weights block = weights.below("block." + std::to_string(i) + ".");
    const int64_t stride = config.downsampling_ratios[depth - 1 - i], in = width[depth - i], out = width[depth - 1 - i];
    decoder.blocks.push_back({load_snake(block.below("snake1."), in, stream),
                              load_upsample(block.below("conv_t1."), in, out, stride, stream), load_units(block, out, stream)});
  }
  decoder.snake = load_snake(weights.below("snake1."), config.decoder_channels, stream);
  decoder.conv2 = load_conv(weights.below("conv2."), {config.audio_channels, config.decoder_channels, 7}, 0, stream);
  decoder.conv2.padding = 3;
  return decoder;
}

OobleckEncoder open_oobleck_encoder(const std::filesystem::path& folder, Stream& stream) {
  Stream host(Device{});
  return load_oobleck_encoder(oobleck_config(read_config(folder)), weights_of(folder, "encoder.", host), stream);
}

OobleckDecoder open_oobleck_decoder(const std::filesystem::path& folder, Stream& stream) {
  Stream host(Device{});
  return load_oobleck_decoder(oobleck_config(read_config(folder)), weights_of(folder, "decoder.", host), stream);
}

OobleckEncoder random_oobleck_encoder(const OobleckConfig& config, uint64_t seed, Stream& stream) {
  Stream host(Device{});
  return load_oobleck_encoder(config, Weights::random(seed, DType::f32, host), stream);
}

}  // namespace sidestep
