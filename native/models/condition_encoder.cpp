#include "models/condition_encoder.h"

#include <algorithm>

#include "core/error.h"
#include "ops/elementwise.h"
#include "ops/transfer.h"

namespace sidestep {

ConditionEncoder::ConditionEncoder(const ConditionEncoderConfig& config, const Weights& weights)
    : config_(config),
      weights_(weights.below("encoder.")),
      lyric_embed_(
          load_linear(weights_, "lyric_encoder.embed_tokens", config.text_hidden_dim, config.lyric.hidden_size, Bias::present)),
      timbre_embed_(load_linear(weights_, "timbre_encoder.embed_tokens", config.timbre_hidden_dim, config.timbre.hidden_size,
                                Bias::present)),
      text_projector_(load_linear(weights_, "text_projector", config.text_hidden_dim, config.lyric.hidden_size, Bias::absent)),
      lyric_(config.lyric, weights_.below("lyric_encoder.")),
      timbre_(config.timbre, weights_.below("timbre_encoder.")) {
  if (config.timbre_token != TimbreToken::special) return;
  const int64_t hidden = config.timbre.hidden_size;
  special_token_ = weights_.tensor("timbre_encoder.special_token", {1, 1, hidden}).reshape({hidden});
}

namespace {

void expect(bool holds, const std::string& expectation) {
  if (!holds) throw Error("native/shape-mismatch", "condition_encoder: expected " + expectation + ".");
}

Tensor upload(ConstTensor host, Arena& arena, Stream& stream) {
  const Tensor on_device = arena.alloc(host.dtype(), host.shape());
  transfer({.src = host, .dst = on_device}, stream);
  return on_device;
}

/// The same values as rows of the compute dtype.
ConstTensor rows_of(ConstTensor t, DType dtype, Arena& arena, Stream& stream) {
  const Shape rows{t.dim(0) * t.dim(1), t.dim(2)};
  if (t.dtype() == dtype && t.contiguous()) return t.reshape(rows);
  const Tensor converted = arena.alloc(dtype, t.shape());
  copy({.src = t, .dst = converted}, stream);
  return converted.reshape(rows);
}

TokenSequence tokens_of(const std::vector<uint8_t>& mask, int64_t sample, int64_t length, int64_t first_row) {
  TokenSequence tokens;
  for (int64_t i = sample * length; i < (sample + 1) * length; ++i) {
    tokens.rows.push_back(first_row + i);
    tokens.mask.push_back(mask[static_cast<size_t>(i)] != 0 ? 1 : 0);
  }
  return tokens;
}

void gather(ConstTensor table, const std::vector<int64_t>& rows, Tensor y, Arena& arena, Stream& stream) {
  const Arena::Scope scope(arena);
  const ConstTensor host(rows.data(), DType::i64, {static_cast<int64_t>(rows.size())});
  embedding({.table = table, .ids = upload(host, arena, stream), .y = y}, stream);
}

}  // namespace

void ConditionEncoder::check(const ConditionInput& input, const Tensor& hidden) const {
  for (const ConstTensor& t : {input.lyrics, input.text, input.references}) {
    expect(t && t.rank() == 3 && t.numel() > 0, "lyrics, text and references [B, L, D], none of them empty");
  }
  const int64_t batch = input.lyrics.dim(0);
  expect(input.text.dim(0) == batch, "as many texts as lyrics");
  expect(input.lyrics.dim(2) == config_.text_hidden_dim && input.text.dim(2) == config_.text_hidden_dim,
         "lyrics and text " + std::to_string(config_.text_hidden_dim) + " wide");
  expect(input.references.dim(2) == config_.timbre_hidden_dim,
         "references " + std::to_string(config_.timbre_hidden_dim) + " wide");
  expect(static_cast<int64_t>(input.lyric_mask.size()) == batch * input.lyrics.dim(1) &&
             static_cast<int64_t>(input.text_mask.size()) == batch * input.text.dim(1),
         "one mask entry for every lyric and text token");
  expect(static_cast<int64_t>(input.owners.size()) == input.references.dim(0), "one owner for every reference");
  for (const int64_t owner : input.owners) {
    if (owner >= 0 && owner < batch) continue;
    throw Error("native/reference-owner-invalid", "condition_encoder: expected references to belong to samples 0 to " +
                                                      std::to_string(batch - 1) + " but found " + std::to_string(owner) + ".");
  }
  const Shape expected{batch, sequence_length(input), config_.lyric.hidden_size};
  expect(hidden && hidden.shape() == expected, "hidden " + expected.to_string());
}

int64_t ConditionEncoder::sequence_length(const ConditionInput& input) {
  std::vector<int64_t> counts(static_cast<size_t>(input.lyrics.dim(0)));
  for (const int64_t owner : input.owners) ++counts.at(static_cast<size_t>(owner));
  return input.lyrics.dim(1) + *std::max_element(counts.begin(), counts.end()) + input.text.dim(1);
}

ConditionEncoder::Table ConditionEncoder::allocate_table(const ConditionInput& input, Arena& arena) const {
  const int64_t lyrics = input.lyrics.dim(0) * input.lyrics.dim(1), texts = input.text.dim(0) * input.text.dim(1);
  const int64_t timbre = lyrics, text = timbre + input.references.dim(0), zero = text + texts;
  return {.rows = arena.alloc(weights_.dtype(), {zero + 1, config_.lyric.hidden_size}),
          .lyric = 0,
          .timbre = timbre,
          .text = text,
          .zero = zero};
}

void ConditionEncoder::encode_lyrics(const ConditionInput& input, Tensor y, Arena& arena, Stream& stream) {
  const Arena::Scope scope(arena);
  const int64_t batch = input.lyrics.dim(0), length = input.lyrics.dim(1);
  const Tensor mask = upload(ConstTensor(input.lyric_mask.data(), DType::u8, {batch, length}), arena, stream);
  linear_forward(lyric_embed_, rows_of(input.lyrics, y.dtype(), arena, stream), y, {}, arena, stream);
  lyric_.forward(y.reshape({batch, length, y.dim(1)}), {.key_mask = mask}, arena, stream);
}

/// One token a reference: what the stack says at the special token (XL) or at the first frame (2B).
void ConditionEncoder::encode_references(const ConditionInput& input, Tensor y, Arena& arena, Stream& stream) {
  const Arena::Scope scope(arena);
  const int64_t count = input.references.dim(0), frames = input.references.dim(1), hidden = config_.timbre.hidden_size;
  const int64_t first = special_token_ ? 1 : 0;
  const Tensor h = arena.alloc(y.dtype(), {count, first + frames, hidden});
  const Tensor embedded = arena.alloc(y.dtype(), {count, frames, hidden});
  linear_forward(timbre_embed_, rows_of(input.references, y.dtype(), arena, stream), embedded.reshape({count * frames, hidden}),
                 {}, arena, stream);
  copy({.src = embedded, .dst = h.slice(1, first, first + frames)}, stream);
  if (special_token_) {
    const ConstTensor everywhere(special_token_.raw(), y.dtype(), {count, hidden}, {0, 1}, special_token_.device());
    copy({.src = everywhere, .dst = h.select(1, 0)}, stream);
  }
  timbre_.forward(h, {}, arena, stream);
  copy({.src = h.select(1, 0), .dst = y}, stream);
}

void ConditionEncoder::project_text(const ConditionInput& input, Tensor y, Arena& arena, Stream& stream) {
  const Arena::Scope scope(arena);
  linear_forward(text_projector_, rows_of(input.text, y.dtype(), arena, stream), y, {}, arena, stream);
}

std::vector<uint8_t> ConditionEncoder::forward(const ConditionInput& input, Tensor hidden, Arena& arena, Stream& stream,
                                               const std::function<void(std::string_view, ConstTensor)>& observe) {
  check(input, hidden);
  const Arena::Scope scope(arena);
  const int64_t batch = input.lyrics.dim(0), lyric_length = input.lyrics.dim(1), text_length = input.text.dim(1);
  const int64_t width = config_.lyric.hidden_size;
  const Table table = allocate_table(input, arena);
  const Tensor lyrics = table.rows.slice(0, table.lyric, table.timbre), texts = table.rows.slice(0, table.text, table.zero);
  encode_lyrics(input, lyrics, arena, stream);
  encode_references(input, table.rows.slice(0, table.timbre, table.text), arena, stream);
  project_text(input, texts, arena, stream);
  fill({.y = table.rows.slice(0, table.zero, table.zero + 1), .value = 0}, stream);

  const std::vector<TokenSequence> references = assign_references(input.owners, batch, table.timbre, table.zero);
  std::vector<int64_t> rows, timbre_rows;
  std::vector<uint8_t> mask;
  for (int64_t b = 0; b < batch; ++b) {
    const TokenSequence& own = references[static_cast<size_t>(b)];
    const TokenSequence packed = pack(pack(tokens_of(input.lyric_mask, b, lyric_length, table.lyric), own),
                                      tokens_of(input.text_mask, b, text_length, table.text));
    rows.insert(rows.end(), packed.rows.begin(), packed.rows.end());
    mask.insert(mask.end(), packed.mask.begin(), packed.mask.end());
    timbre_rows.insert(timbre_rows.end(), own.rows.begin(), own.rows.end());
  }
  gather(table.rows, rows, hidden.reshape({static_cast<int64_t>(rows.size()), width}), arena, stream);
  if (observe) {
    const Tensor timbre = arena.alloc(table.rows.dtype(), {batch, static_cast<int64_t>(timbre_rows.size()) / batch, width});
    gather(table.rows, timbre_rows, timbre.reshape({static_cast<int64_t>(timbre_rows.size()), width}), arena, stream);
    observe("lyric_encoder", lyrics.reshape({batch, lyric_length, width}));
    observe("timbre", timbre);
    observe("text_proj", texts.reshape({batch, text_length, width}));
  }
  return mask;
}

}  // namespace sidestep
