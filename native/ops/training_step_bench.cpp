// The ops of one training step of the 2B model at a 240 s song (6000 latents, 3000 patches), in bf16 on a card: each beside
// the time that the ceilings allow it. What a kernel's comment predicts is judged here.
#include "bench/bench.h"
#include "ops/attention.h"
#include "ops/backend.h"

namespace {

using namespace sidestep;
using bench::OpCase;

constexpr int64_t kFrames = 3000, kHidden = 2048, kIntermediate = 6144, kHeads = 16, kKvHeads = 8, kHeadDim = 128, kRank = 64,
                  kCondition = 512, kWindow = 128;
constexpr int64_t kParameters = int64_t{1} << 16, kTensors = 400;  // of an adapter

Storage random(const Shape& shape, DType dtype, Stream& stream) {
  Storage storage(dtype, shape, stream.device());
  normal_fill({.y = storage.tensor(), .key = {.seed = 1, .purpose = Purpose::fixture}}, stream);
  return storage;
}

OpCase product(const char* name, int64_t m, int64_t n, int64_t k, Transpose ta, Transpose tb, DType out, Stream& stream) {
  const DType bf16 = DType::bf16;
  const Storage a = random(ta == Transpose::yes ? Shape{k, m} : Shape{m, k}, bf16, stream),
                b = random(tb == Transpose::yes ? Shape{n, k} : Shape{k, n}, bf16, stream), c(out, {m, n}, stream.device());
  return {name, [=](Stream& on) { gemm({.a = a.view(), .b = b.view(), .c = c.tensor(), .trans_a = ta, .trans_b = tb}, on); }};
}

void add_attention(const char* name, int64_t keys, int64_t window, std::vector<OpCase>& cases, Stream& stream) {
  const Shape of_q{1, kFrames, kHeads, kHeadDim}, of_k{1, keys, kKvHeads, kHeadDim};
  const DType bf16 = DType::bf16;
  const Storage q = random(of_q, bf16, stream), k = random(of_k, bf16, stream), v = random(of_k, bf16, stream),
                dout = random(of_q, bf16, stream);
  const Storage out(bf16, of_q, stream.device()), dq(bf16, of_q, stream.device()), dk(bf16, of_k, stream.device()),
      dv(bf16, of_k, stream.device());
  const Storage lse(DType::f32, {1, kHeads, kFrames}, stream.device()), delta(DType::f32, {1, kHeads, kFrames}, stream.device());
  const Attention forward{
      .q = q.view(), .k = k.view(), .v = v.view(), .out = out.tensor(), .lse = lse.tensor(), .scale = 0.0884F, .window = window};
  attention(forward, stream);
  cases.push_back(
      {std::string("attention ") + name, [=, hold = std::vector{q, k, v, out, lse}](Stream& on) { attention(forward, on); }});
  const AttentionBackward backward{.dout = dout.view(),
                                   .q = q.view(),
                                   .k = k.view(),
                                   .v = v.view(),
                                   .out = out.view(),
                                   .lse = lse.view(),
                                   .dq = dq.tensor(),
                                   .dk = dk.tensor(),
                                   .dv = dv.tensor(),
                                   .delta = delta.tensor(),
                                   .scale = 0.0884F,
                                   .window = window};
  cases.push_back({std::string("attention_backward ") + name, [=, hold = std::vector{q, k, v, out, lse, dout, dq, dk, dv, delta}](
                                                                  Stream& on) { attention_backward(backward, on); }});
}

void add_row_ops(std::vector<OpCase>& cases, Stream& stream) {
  const DType bf16 = DType::bf16;
  const Storage x = random({1, kFrames, kHidden}, bf16, stream), h = random({1, kFrames, kHidden}, bf16, stream),
                y(bf16, {1, kFrames, kHidden}, stream.device());
  const Storage weight = random({kHidden}, bf16, stream), gate = random({1, kHidden}, bf16, stream),
                inv_rms = random({kFrames}, DType::f32, stream);
  cases.push_back({"modulated_rms_norm", [=](Stream& on) {
                     modulated_rms_norm({x.view(), weight.view(), gate.view(), gate.view(), y.tensor(), inv_rms.tensor()}, on);
                   }});
  cases.push_back(
      {"modulated_rms_norm_backward", [=](Stream& on) {
         modulated_rms_norm_backward({h.view(), x.view(), weight.view(), gate.view(), inv_rms.view(), y.tensor(), 1}, on);
       }});
  cases.push_back({"gated_add", [=](Stream& on) { gated_add({x.view(), h.view(), gate.view(), y.tensor()}, on); }});
  const Storage a = random({kFrames, kIntermediate}, bf16, stream), b = random({kFrames, kIntermediate}, bf16, stream),
                c(bf16, {kFrames, kIntermediate}, stream.device());
  cases.push_back({"swiglu", [=](Stream& on) { swiglu({a.view(), b.view(), c.tensor()}, on); }});
  cases.push_back({"swiglu_backward", [=](Stream& on) {
                     swiglu_backward({c.view(), a.view(), b.view(), c.tensor(), b.tensor()}, on);
                   }});
  const Storage q = random({1, kFrames, kHeads, kHeadDim}, bf16, stream),
                rotated(bf16, {1, kFrames, kHeads, kHeadDim}, stream.device());
  const Storage norm = random({kHeadDim}, bf16, stream), table = random({kFrames, kHeadDim / 2}, DType::f32, stream);
  cases.push_back({"qk_norm_rope", [=](Stream& on) {
                     qk_norm_rope(
                         {.x = q.view(), .weight = norm.view(), .cos = table.view(), .sin = table.view(), .y = rotated.tensor()},
                         on);
                   }});
}

OpCase optimizer_case(Stream& stream) {
  std::vector<Storage> hold;
  AdamW op{.learning_rate = 1e-4};
  for (int64_t i = 0; i < kTensors; ++i)
    for (auto* list : {&op.params, &op.exp_avg, &op.exp_avg_sq}) {
      hold.emplace_back(DType::f32, Shape{kParameters}, stream.device());
      list->push_back(hold.back().tensor());
      if (list == &op.params) op.grads.push_back(hold.back().view());
    }
  return {"adamw, " + std::to_string(kTensors) + " tensors", [op, hold](Stream& on) { adamw(op, on); }};
}

std::vector<OpCase> make_cases(Stream& stream) {
  std::vector<OpCase> cases;
  if (stream.device().kind != DeviceKind::cuda) return cases;  // the CPU trains in f32: its benches lie beside each op
  constexpr Transpose N = Transpose::no, T = Transpose::yes;
  const DType bf16 = DType::bf16, f32 = DType::f32;
  cases.push_back(product("linear forward", kFrames, kIntermediate, kHidden, N, T, bf16, stream));
  cases.push_back(product("linear backward", kFrames, kHidden, kIntermediate, N, N, bf16, stream));
  cases.push_back(product("adapter down", kFrames, kRank, kHidden, N, T, bf16, stream));
  cases.push_back(product("adapter up", kFrames, kHidden, kRank, N, T, bf16, stream));
  cases.push_back(product("adapter gradient", kRank, kHidden, kFrames, T, N, f32, stream));
  add_attention("full", kFrames, kNoWindow, cases, stream);
  add_attention("banded", kFrames, kWindow, cases, stream);
  add_attention("cross", kCondition, kNoWindow, cases, stream);
  add_row_ops(cases, stream);
  cases.push_back(optimizer_case(stream));
  return cases;
}

const bench::OpBench kBench{"training_step", &make_cases};

}  // namespace
