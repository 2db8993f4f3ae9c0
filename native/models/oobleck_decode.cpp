#include "models/oobleck_decode.h"

#include "core/error.h"
#include "ops/conv.h"
#include "ops/elementwise.h"

namespace sidestep {

namespace {

Storage convolved(const ConvLayer& layer, const ConstTensor& x, Stream& stream) {
  const int64_t length = (x.dim(2) + 2 * layer.padding - layer.dilation * (layer.taps() - 1) - 1) / layer.stride + 1;
  Storage y(DType::f32, {x.dim(0), layer.weight.view().dim(0), length}, stream.device());
  conv1d({x, layer.weight.view(), layer.bias.view(), y.tensor(), layer.stride, layer.padding, layer.dilation}, stream);
  return y;
}

Storage upsampled(const ConvLayer& layer, const ConstTensor& x, Stream& stream) {
  const int64_t length = (x.dim(2) - 1) * layer.stride - 2 * layer.padding + layer.taps();
  Storage y(DType::f32, {x.dim(0), layer.weight.view().dim(1), length}, stream.device());
  conv_transpose1d({x, layer.weight.view(), layer.bias.view(), y.tensor(), layer.stride, layer.padding}, stream);
  return y;
}

void snake_in_place(const SnakeLayer& layer, const Tensor& x, Stream& stream) {
  snake({x, layer.alpha.view(), layer.beta.view(), x}, stream);
}

Storage residual(const ResidualUnit& unit, const Storage& x, Stream& stream) {
  Storage inner(DType::f32, x.tensor().shape(), stream.device());
  snake({x.view(), unit.snake1.alpha.view(), unit.snake1.beta.view(), inner.tensor()}, stream);
  inner = convolved(unit.conv1, inner.view(), stream);
  snake_in_place(unit.snake2, inner.tensor(), stream);
  inner = convolved(unit.conv2, inner.view(), stream);
  add({x.view(), inner.view(), inner.tensor()}, stream);
  return inner;
}

}  // namespace

Storage oobleck_decode(const OobleckDecoder& decoder, const ConstTensor& latents, Stream& stream) {
  if (latents.rank() != 3 || latents.dim(1) != decoder.config.decoder_input_channels || latents.dim(2) < 1) {
    throw Error("native/shape-mismatch", "VAE decoder: expected latents [batch, " +
                                             std::to_string(decoder.config.decoder_input_channels) + ", frames], found " +
                                             latents.shape().to_string());
  }
  Storage x = convolved(decoder.conv1, latents, stream);
  for (const DecoderBlock& block : decoder.blocks) {
    stream.throw_if_cancelled();
    snake_in_place(block.snake, x.tensor(), stream);
    x = upsampled(block.up, x.view(), stream);
    for (const ResidualUnit& unit : block.units) x = residual(unit, x, stream);
  }
  snake_in_place(decoder.snake, x.tensor(), stream);
  return convolved(decoder.conv2, x.view(), stream);
}

}  // namespace sidestep
