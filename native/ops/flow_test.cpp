#include "ops/flow.h"

#include "ops/elementwise.h"
#include "ops/op_testing.h"

namespace sidestep::testing {
namespace {

TEST("timestep_embedding: cosines then sines of 1000 t f") {
  Stream stream = cpu_stream(1);
  for (const int64_t width : {2, 6, 256}) {
    const Storage t = stored({0, 0.25, 0.9999, 1}, {4});
    Storage y(DType::f32, {4, width});
    timestep_embedding({t.view(), y.tensor()}, stream);
    for (const DType dtype : {DType::bf16, DType::f16}) {
      const Storage narrow(dtype, {4, width});
      timestep_embedding({t.view(), narrow.tensor()}, stream);
      expect_near(narrow.view(), values_of(y.view()), one_rounding(dtype));
    }
    Doubles exact, upstream;
    for (const double value : values_of(t.view())) {
      for (const int part_index : {0, 1})
        for (int64_t i = 0; i < width / 2; ++i) {
          const int64_t pairs = width / 2;
          const auto half = static_cast<float>(pairs), index = static_cast<float>(i);
          const double f = std::exp(-std::log(10000.0) * static_cast<double>(index) / static_cast<double>(half));
          const float rounded = std::exp(static_cast<float>(-std::log(10000.0)) * index / half);
          const double angle = 1000 * value * f;
          const auto upstream_angle = static_cast<double>(static_cast<float>(value) * 1000.F * rounded);
          exact.push_back(part_index == 0 ? std::cos(angle) : std::sin(angle));
          upstream.push_back(part_index == 0 ? std::cos(upstream_angle) : std::sin(upstream_angle));
        }
    }
    expect_near(y.view(), exact, 5e-5);     // an angle of 1000 rad in f32 is off by up to 3e-5
    expect_near(y.view(), upstream, 1e-6);  // the f32 exponential may round otherwise now and then
  }
}

TEST("flow_interpolate: t of noise, 1 - t of data, velocity from data to noise") {
  Stream stream = cpu_stream();
  const Shape shape{3, 37, 65};
  const Storage x0 = random_tensor(shape, 1), x1 = random_tensor(shape, 2), t = stored({0, 0.3, 1}, {3});
  for (const DType dtype : {DType::f32, DType::bf16}) {
    Storage x_t(dtype, shape), velocity(dtype, shape);
    flow_interpolate({x0.view(), x1.view(), t.view(), x_t.tensor(), velocity.tensor()}, stream);
    const Doubles a = values_of(x0.view()), b = values_of(x1.view()), time = values_of(t.view());
    Doubles mixed(a.size()), direction(a.size());
    for (size_t i = 0; i < a.size(); ++i) {
      const double share = time[i / (37 * 65)];
      mixed[i] = share * b[i] + (1 - share) * a[i];
      direction[i] = b[i] - a[i];
    }
    expect_near(x_t.view(), mixed, 2 * one_rounding(dtype));
    expect_near(velocity.view(), direction, 2 * one_rounding(dtype));
  }
}

struct LossCase {
  int64_t batch, frames, width;
  DType dtype;
  std::vector<int64_t> lengths;
};

TEST("flow_loss: weights, lengths and gradient match float64, same bits for 1, 2 and 3 threads") {
  const std::vector<LossCase> cases{{1, 1, 1, DType::f32, {}},
                                    {3, 61, 64, DType::f32, {}},
                                    {3, 700, 64, DType::f32, {700, 1, 411}},
                                    {2, 300, 70, DType::bf16, {300, 123}}};
  for (const LossCase& c : cases) {
    const Shape shape{c.batch, c.frames, c.width};
    const Storage pred = random_tensor(shape, 1, c.dtype), velocity = random_tensor(shape, 2);
    const Storage weights = random_tensor({c.batch}, 3);
    Storage lengths = c.lengths.empty() ? Storage() : Storage(DType::i64, {c.batch});
    if (lengths) std::copy(c.lengths.begin(), c.lengths.end(), lengths.tensor().data<int64_t>());
    const Doubles v = values_of(velocity.view()), w = values_of(weights.view());
    const int64_t per_sample_size = c.frames * c.width;
    const auto valid = [&](int64_t b) { return c.lengths.empty() ? c.frames : c.lengths[static_cast<size_t>(b)]; };
    const Doubles p = values_of(pred.view());
    Doubles per_sample(static_cast<size_t>(c.batch)), gradient(p.size());
    double loss = 0;
    for (int64_t b = 0; b < c.batch; ++b) {
      const auto n = static_cast<double>(valid(b) * c.width);
      for (int64_t i = 0; i < valid(b) * c.width; ++i) {
        const auto at = static_cast<size_t>(b * per_sample_size + i);
        per_sample[static_cast<size_t>(b)] += (p[at] - v[at]) * (p[at] - v[at]) / n;
        gradient[at] = 0.5 * 2 * (p[at] - v[at]) / n * w[static_cast<size_t>(b)] / static_cast<double>(c.batch);
      }
      loss += w[static_cast<size_t>(b)] * per_sample[static_cast<size_t>(b)] / static_cast<double>(c.batch);
    }
    Storage first;
    for (const int threads : {1, 2, 3}) {
      Stream stream = cpu_stream(threads);
      Storage found(DType::f32, {c.batch}), total(DType::f32, {1}), dpred(c.dtype, shape);
      flow_loss(
          {pred.view(), velocity.view(), weights.view(), lengths.view(), found.tensor(), total.tensor(), dpred.tensor(), 0.5F},
          stream);
      expect_near(found.view(), per_sample, 3e-7);
      expect_near(total.view(), {loss}, 1e-6);
      expect_near(dpred.view(), gradient, 3 * one_rounding(c.dtype));
      if (threads == 1) first = dpred;
      EXPECT(same_bytes(first.view(), dpred.view()));
    }
  }
}

TEST("flow_loss: a sample without frames is refused") {
  Stream stream = cpu_stream(1);
  const Storage x = random_tensor({1, 4, 2}, 1), lengths(DType::i64, {1});
  Storage per_sample(DType::f32, {1}), loss(DType::f32, {1});
  EXPECT_ERROR(flow_loss({x.view(), x.view(), {}, lengths.view(), per_sample.tensor(), loss.tensor()}, stream),
               "native/argument-invalid");
}

TEST("normal_fill: element i is normal(key, i), whatever the length") {
  Stream stream = cpu_stream();
  const RandomKey key{3, Purpose::noise, 5, 7};
  for (const int64_t n : {1, 6, 1025, 40003}) {
    Storage y(DType::f32, {n});
    normal_fill({y.tensor(), key}, stream);
    for (int64_t i = 0; i < n; i += 1 + n / 50) EXPECT(y.view().data<float>()[i] == normal(key, static_cast<uint64_t>(i)));
    EXPECT(y.view().data<float>()[n - 1] == normal(key, static_cast<uint64_t>(n - 1)));
    for (const DType dtype : {DType::bf16, DType::f16}) {
      const Storage narrow(dtype, {n}), rounded(dtype, {n});
      normal_fill({narrow.tensor(), key}, stream);
      copy({y.view(), rounded.tensor()}, stream);
      EXPECT(same_bytes(narrow.view(), rounded.view()));
    }
  }
}

}  // namespace
}  // namespace sidestep::testing
