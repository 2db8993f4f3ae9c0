#include "models/dit_condition.h"

#include "models/dit_testing.h"

namespace sidestep {
namespace {

using namespace dit_testing;

struct Passes {
  Passes() : tiny("dit_forward_batch2.safetensors", stream) {}

  Storage forward(const DitInput& input) {
    Arena arena({}, size_t{64} << 20);
    const Storage pred(DType::f32, input.x_t.shape());
    tiny.dit.forward(input, pred.tensor(), {}, arena, stream);
    return pred;
  }
  Storage forward_over(DitInput input, Arena& arena) {
    input.keys = {&kept};
    input.condition = {};
    input.valid_tokens = {};
    const Storage pred(DType::f32, input.x_t.shape());
    tiny.dit.forward(input, pred.tensor(), {}, arena, stream);
    return pred;
  }

  Stream stream{Device{}, std::make_shared<ThreadPool>(2)};
  TinyDit tiny;
  ConditionKeys kept;
};

TEST("condition keys: a pass over keys made before has the bits of one that makes them, whole or masked") {
  Passes passes;
  for (const std::vector<int64_t>& valid : {std::vector<int64_t>{}, std::vector<int64_t>{30, 11}}) {
    DitInput input = passes.tiny.input();
    input.valid_tokens = valid;
    Arena arena({}, size_t{64} << 20);
    passes.kept = passes.tiny.dit.condition_keys(input.condition, valid, {}, arena, passes.stream);
    EXPECT(same_bits(passes.forward(input).view(), passes.forward_over(input, arena).view()));
  }
}

TEST("condition keys: one token stands for any number of copies of it") {
  Passes passes;
  DitInput input = passes.tiny.input();
  const Storage one = random_tensor({2, 1, input.condition.dim(2)}, 3);
  Storage copies(DType::f32, input.condition.shape());
  for (int64_t b = 0; b < 2; ++b)
    for (int64_t s = 0; s < copies.view().dim(1); ++s)
      std::copy_n(one.view().data<float>() + b * one.view().dim(2), one.view().dim(2),
                  copies.tensor().select(0, b).select(0, s).data<float>());
  input.condition = copies.view();
  Arena arena({}, size_t{64} << 20);
  passes.kept = passes.tiny.dit.condition_keys(one.view(), {}, {}, arena, passes.stream);
  EXPECT_REL_L2(passes.forward_over(input, arena).view(), passes.forward(input).view(), 1e-5);
}

TEST("condition keys: of another number of samples, or beside a condition, they are refused") {
  Passes passes;
  DitInput input = passes.tiny.input();
  Arena arena({}, size_t{64} << 20);
  passes.kept = passes.tiny.dit.condition_keys(input.condition.slice(0, 0, 1), {}, {}, arena, passes.stream);
  EXPECT_ERROR(passes.forward_over(input, arena), "native/shape-mismatch");
  passes.kept = passes.tiny.dit.condition_keys(input.condition, {}, {}, arena, passes.stream);
  DitInput both = input;
  both.keys = {&passes.kept};
  EXPECT_ERROR(passes.forward(both), "native/shape-mismatch");
}

}  // namespace
}  // namespace sidestep
