// The time of the autoencoder without the card: a song goes through it on Device::plan, in the pieces that a card
// takes, each op's call priced by its FLOPs and bytes. What a piece's last round of blocks leaves idle is not priced.
#include <algorithm>
#include <cstdio>
#include <functional>

#include "bench/ceilings.h"
#include "bench/commands.h"
#include "bench/stream.h"
#include "models/latent_stream.h"
#include "models/oobleck_decode.h"
#include "models/weights.h"

namespace sidestep::bench {
namespace {

struct Direction {
  const char* name;
  std::vector<Tally::Row> rows;
  double floor_seconds;

  double flops() const {
    return sum([](const Tally::Row& row) { return row.cost.flops; });
  }
  double expected_seconds() const {
    return sum([](const Tally::Row& row) { return row.priced_seconds; });
  }
  double sum(const std::function<double(const Tally::Row&)>& of) const {
    double all = 0;
    for (const Tally::Row& row : rows) all += of(row);
    return all;
  }
};

/// `work` is run twice, priced by what is expected and by what cannot be beaten.
Direction priced(const char* name, const Card& card, Stream& plan, const std::function<void()>& work) {
  const auto run = [&](Tally::Price price) {
    Tally tally(std::move(price));
    plan.attach(&tally);
    work();
    plan.attach(nullptr);
    return tally.rows();
  };
  const Ceilings ceilings = card.ceilings(DType::f32);
  Direction direction{
      name, run([&](std::string_view op, const Cost& cost) { return expected_seconds(card, DType::f32, op, cost); }), 0};
  for (const Tally::Row& row : run([&](std::string_view op, const Cost&cost) { return ceilings.floor_seconds(op, cost); }))
    direction.floor_seconds += row.priced_seconds;
  std::sort(direction.rows.begin(), direction.rows.end(),
            [](const Tally::Row& a, const Tally::Row& b) { return a.priced_seconds > b.priced_seconds; });
  return direction;
}

void encode(const OobleckEncoder& encoder, int64_t frames, Stream& plan) {
  LatentStream latents(encoder, {.piece_frames = piece_frames(DeviceKind::cuda)}, plan);
  const int64_t piece = piece_frames(DeviceKind::cuda) * encoder.config.hop();
  const Storage audio(DType::f32, {encoder.config.audio_channels, piece}, plan.device());
  for (int64_t left = frames * encoder.config.hop(); left > 0; left -= piece)
    latents.push(audio.view().slice(1, 0, std::min(piece, left)), plan);
  latents.finish(plan);
}

void decode(const OobleckDecoder& decoder, int64_t frames, Stream& plan) {
  const DecodePieces pieces = decode_pieces(DeviceKind::cuda);
  OobleckDecoderStream stream(decoder, pieces, plan.device());
  const Storage latents(DType::f32, {1, decoder.config.decoder_input_channels, pieces.frames}, plan.device());
  for (int64_t left = frames; left > 0; left -= pieces.frames)
    stream.push(
        latents.view().slice(2, 0, std::min(left, pieces.frames)), left <= pieces.frames ? Piece::last : Piece::middle,
        [](const ConstTensor&) {}, plan);
}

void print_table(const Direction& d, const Card& card) {
  std::printf("%s\n%-28s %8s %10s %10s %10s\n", d.name, "op", "calls", "GFLOP", "GB", "expected");
  for (const Tally::Row& row : d.rows)
    std::printf("%-28s %8lld %10.1f %10.3f %10.3f\n", std::string(row.op).c_str(), static_cast<long long>(row.calls),
                row.cost.flops / 1e9, row.cost.bytes / 1e9, row.priced_seconds * 1e3);
  std::printf("predicted on %s, not measured: %.1f ms (no faster than %.1f ms), %.2f TFLOP\n\n", std::string(card.name).c_str(),
              d.expected_seconds() * 1e3, d.floor_seconds * 1e3, d.flops() / 1e12);
}

Json::Object to_json(const Direction& d) {
  Json::Array ops;
  for (const Tally::Row& row : d.rows)
    ops.emplace_back(Json::Object{{"op", std::string(row.op)},
                                  {"calls", row.calls},
                                  {"flops", row.cost.flops},
                                  {"bytes", row.cost.bytes},
                                  {"expected_seconds", row.priced_seconds}});
  return {{"expected_seconds", d.expected_seconds()},
          {"floor_seconds", d.floor_seconds},
          {"flops", d.flops()},
          {"ops", std::move(ops)}};
}

}  // namespace

int predict_audio_command(const std::vector<std::string>& words) {
  const Arguments arguments(words, {"config", "latents", "card"}, {"json"});
  const Card& card = card_of(arguments.text_or("card", "h100"));
  const OobleckConfig config = oobleck_config(config_of(arguments));
  const int64_t frames = arguments.count_or("latents", 6000);
  Stream plan(Device{DeviceKind::plan, 0});
  const Weights weights = Weights::random(0, DType::f32, plan);
  const OobleckEncoder encoder = load_oobleck_encoder(config, weights, plan);
  const OobleckDecoder decoder = load_oobleck_decoder(config, weights, plan);
  const Direction encoding = priced("encode", card, plan, [&] { encode(encoder, frames, plan); });
  const Direction decoding = priced("decode", card, plan, [&] { decode(decoder, frames, plan); });
  switch (format(arguments)) {
    case Format::json:
      std::printf("%s\n", Json(Json::Object{{"encode", to_json(encoding)}, {"decode", to_json(decoding)}}).dump().c_str());
      return 0;
    case Format::table:
      print_table(encoding, card);
      print_table(decoding, card);
      return 0;
  }
  __builtin_unreachable();
}

}  // namespace sidestep::bench
