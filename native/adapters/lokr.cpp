#include <algorithm>

#include "adapters/delta_adapter.h"
#include "adapters/initial.h"
#include "adapters/kind.h"
#include "adapters/lokr_shape.h"
#include "adapters/lycoris_scalar.h"
#include "adapters/trained.h"
#include "adapters/tucker.h"
#include "ops/elementwise.h"
#include "ops/gemm.h"

namespace sidestep {

namespace {

/// One Kronecker factor: a matrix, a product a b of low rank, or LyCORIS's Tucker form. Formed once an update.
class Factor {
 public:
  Factor() = default;
  Factor(const std::string& name, const Shape& shape, int64_t rank, Device device);  // low rank
  static Factor full(const std::string& name, const Shape& shape, const Shape& saved, Device device);
  static Factor tucker(const std::string& name, const Shape& shape, const LokrShape& lokr, Device device);

  std::vector<TrainedTensor>& trained() { return trained_; }
  ConstTensor matrix() const { return product_.view(); }

  /// Forms `matrix` from the parameters, the first of them multiplied by the scalar.
  void refresh(const FactorScalar& scalar, Workspace work) const;
  /// Parameter gradients for the gradient of `matrix` (f32, its shape).
  void add_gradients(ConstTensor gradient, const FactorScalar& scalar, Workspace work) const;

 private:
  enum class Form : uint8_t { full, low_rank, tucker } form_ = Form::full;
  Tensor value(size_t i) const { return trained_[i].value.tensor(); }
  Tensor grad(size_t i) const { return trained_[i].grad.tensor(); }
  Tucker tucker_form() const { return {.core = value(2), .a = value(0), .b = value(1)}; }

  std::vector<TrainedTensor> trained_;  ///< [w], [w_a, w_b] or [w_a, w_b, t]
  Storage product_;                     ///< f32, the matrix
};

Factor::Factor(const std::string& name, const Shape& shape, int64_t rank, Device device)
    : form_(Form::low_rank), product_(DType::f32, shape, device) {
  trained_.push_back(make_trained(name + "_a", {shape[0], rank}, device));
  trained_.push_back(make_trained(name + "_b", {rank, shape[1]}, device));
}

Factor Factor::full(const std::string& name, const Shape& shape, const Shape& saved, Device device) {
  Factor f;
  f.form_ = Form::full;
  f.product_ = Storage(DType::f32, shape, device);
  f.trained_.push_back(make_trained(name, saved, device));
  return f;
}

Factor Factor::tucker(const std::string& name, const Shape& shape, const LokrShape& lokr, Device device) {
  Factor f;
  f.form_ = Form::tucker;
  f.product_ = Storage(DType::f32, shape, device);
  f.trained_.push_back(make_trained(name + "_a", {lokr.rank, lokr.k}, device));
  f.trained_.push_back(make_trained(name + "_b", {lokr.rank, lokr.n}, device));
  f.trained_.push_back(make_trained("lokr_t2", {lokr.rank, lokr.rank, lokr.taps}, device));
  return f;
}

void Factor::refresh(const FactorScalar& scalar, Workspace work) const {
  const Arena::Scope scope(work.arena);
  const Tensor out = product_.tensor();
  switch (form_) {
    case Form::full: return copy({scalar.times(value(0).reshape(out.shape()), work), out}, work.stream);
    case Form::low_rank: return gemm({.a = scalar.times(value(0), work), .b = value(1), .c = out}, work.stream);
    case Form::tucker: return tucker_rebuild(tucker_form(), out, work);
  }
}

void Factor::add_gradients(ConstTensor gradient, const FactorScalar& scalar, Workspace work) const {
  const Arena::Scope scope(work.arena);
  switch (form_) {
    case Form::full: return scalar.add_gradients(gradient.reshape(value(0).shape()), value(0), grad(0), work);
    case Form::low_rank: {
      const Tensor d_a = work.arena.alloc(DType::f32, value(0).shape());
      gemm({.a = gradient, .b = value(1), .c = d_a, .trans_b = Transpose::yes}, work.stream);
      gemm({.a = scalar.times(value(0), work), .b = gradient, .c = grad(1), .trans_a = Transpose::yes, .beta = 1}, work.stream);
      return scalar.add_gradients(d_a, value(0), grad(0), work);
    }
    case Form::tucker: return tucker_gradients(tucker_form(), gradient, {.core = grad(2), .a = grad(0), .b = grad(1)}, work);
  }
}

/// LoKr (Yeh et al. 2023) as LyCORIS computes it: delta = scale * kron(scalar * w1, w2). The Kronecker product is never
/// formed in a pass: with x as [N, m, n], first w2 is applied over n, then w1 over m, each as one product of matrices.
class Lokr final : public DeltaAdapter {
 public:
  Lokr(const AdapterConfig& config, const Linear& layer)
      : DeltaAdapter(layer, config.lycoris.weight_decompose ? Decompose::coupled : Decompose::none, "dora_scale"),
        shape_(lokr_shape(config, layer)),
        convolution_(is_convolution(layer)),
        scale_(static_cast<float>(shape_.scale)) {
    const Device device = layer.weight.device();
    w1_ = make_w1(device);
    w2_ = make_w2(device);
    if (config.lycoris.use_scalar) scalar_ = FactorScalar(device);
    for (Factor* factor : {&w1_, &w2_}) {
      trained_.insert(trained_.end(), factor->trained().begin(), factor->trained().end());
    }
    if (decomposed()) trained_.push_back(magnitude());
    if (scalar_.used()) trained_.push_back(scalar_.trained());
  }

  std::vector<TrainedTensor>& trained() override { return trained_; }
  std::vector<SavedTensor> saved(Stream& stream) const override;
  void load(const TensorMap& tensors, Stream& stream) override;

 protected:
  void add_delta(ConstTensor x, Tensor y, const PassContext& pass, Workspace work) override;
  void add_delta_gradients(ConstTensor dy, ConstTensor x, Tensor dx, const PassContext& pass, Workspace work) override;
  void delta_rows(int64_t begin, int64_t end, Tensor out, Workspace work) override;
  void add_dense_gradients(ConstTensor d_delta, Workspace work) override;
  void refresh_delta(Workspace work) override {
    w1_.refresh(scalar_, work);
    w2_.refresh(FactorScalar(), work);
  }
  void initialise_delta(uint64_t seed, uint64_t module, Stream& stream) override;

 private:
  Factor make_w1(Device device) const {
    const Shape w1{shape_.l, shape_.m};
    return shape_.w1_is_full ? Factor::full("lokr_w1", w1, w1, device) : Factor("lokr_w1", w1, shape_.rank, device);
  }
  Factor make_w2(Device device) const {
    const Shape w2{shape_.k, shape_.n * shape_.taps};
    const Shape saved = convolution_ ? Shape{shape_.k, shape_.n, shape_.taps} : w2;
    if (shape_.w2_is_full) return Factor::full("lokr_w2", w2, saved, device);
    return shape_.tucker ? Factor::tucker("lokr_w2", w2, shape_, device) : Factor("lokr_w2", w2, shape_.rank, device);
  }

  /// [N, p, q] as [p, N, q] or back: rows of one Kronecker index together, so that w1 is one product over all of N.
  static Tensor exchanged(ConstTensor t, Workspace work) {
    const Tensor out = work.arena.alloc(t.dtype(), {t.dim(1), t.dim(0), t.dim(2)});
    copy({t.transposed(0, 1), out}, work.stream);
    return out;
  }

  /// x w2^T with the m-index first: [m, N * k].
  Tensor inner(ConstTensor x, ConstTensor w2, Workspace work) const {
    const int64_t rows = x.dim(0);
    const Tensor h = work.arena.alloc(x.dtype(), {rows * shape_.m, shape_.k});
    gemm({.a = x.reshape({rows * shape_.m, w2.dim(1)}), .b = w2, .c = h, .trans_b = Transpose::yes}, work.stream);
    return exchanged(h.reshape({rows, shape_.m, shape_.k}), work).reshape({shape_.m, rows * shape_.k});
  }

  LokrShape shape_;
  bool convolution_;  ///< a full w2 is then kept as [k, n, taps], as LyCORIS saves it
  float scale_;
  FactorScalar scalar_;
  Factor w1_, w2_;
  std::vector<TrainedTensor> trained_;
};

std::vector<SavedTensor> Lokr::saved(Stream& stream) const {
  std::vector<SavedTensor> out{saved_scalar("alpha", shape_.alpha)};
  if (decomposed()) out.push_back(saved_copy(magnitude(), stream));
  for (const TrainedTensor& t : trained_) {
    if (t.name == "dora_scale" || t.name == "scalar") continue;
    out.push_back(saved_copy(t, stream));
    const bool carries_scalar = t.name == "lokr_w1" || t.name == "lokr_w1_a";
    if (carries_scalar && scalar_.used()) fold_scalar(scalar_, out.back(), stream);
  }
  return out;
}

void Lokr::load(const TensorMap& tensors, Stream& stream) {
  for (const TrainedTensor& t : trained_) {
    if (t.name != "scalar") load_trained(tensors, t.name, t.value.tensor(), stream);
  }
  if (scalar_.used()) scalar_.set(1, stream);
}

void Lokr::add_delta(ConstTensor x, Tensor y, const PassContext&, Workspace work) {
  const Arena::Scope scope(work.arena);
  const int64_t rows = x.dim(0);
  const Tensor h = inner(x, in_dtype(w2_.matrix(), x.dtype(), work), work);
  const Tensor out = work.arena.alloc(x.dtype(), {shape_.l, rows * shape_.k});
  gemm({.a = in_dtype(w1_.matrix(), x.dtype(), work), .b = h, .c = out, .alpha = scale_}, work.stream);
  const Tensor delta = exchanged(out.reshape({shape_.l, rows, shape_.k}), work);
  add({.a = y, .b = in_dtype(delta.reshape(y.shape()), y.dtype(), work), .y = y}, work.stream);
}

void Lokr::add_delta_gradients(ConstTensor dy, ConstTensor x, Tensor dx, const PassContext&, Workspace work) {
  const Arena::Scope scope(work.arena);
  const int64_t rows = x.dim(0), width = shape_.n * shape_.taps;
  const ConstTensor w1 = in_dtype(w1_.matrix(), x.dtype(), work), w2 = in_dtype(w2_.matrix(), x.dtype(), work);
  const Tensor h = inner(x, w2, work);
  const Tensor dy_first = exchanged(dy.reshape({rows, shape_.l, shape_.k}), work).reshape({shape_.l, rows * shape_.k});
  const Tensor d_w1 = work.arena.alloc(DType::f32, w1_.matrix().shape());
  gemm({.a = dy_first, .b = h, .c = d_w1, .trans_b = Transpose::yes, .alpha = scale_}, work.stream);
  w1_.add_gradients(d_w1, scalar_, work);
  gemm({.a = w1, .b = dy_first, .c = h, .trans_a = Transpose::yes, .alpha = scale_}, work.stream);  // h becomes dh
  const Tensor dh = exchanged(h.reshape({shape_.m, rows, shape_.k}), work).reshape({rows * shape_.m, shape_.k});
  const ConstTensor x_rows = x.reshape({rows * shape_.m, width});
  const Tensor d_w2 = work.arena.alloc(DType::f32, w2_.matrix().shape());
  gemm({.a = dh, .b = x_rows, .c = d_w2, .trans_a = Transpose::yes}, work.stream);
  w2_.add_gradients(d_w2, FactorScalar(), work);
  if (dx) gemm({.a = dh, .b = w2, .c = dx.reshape(x_rows.shape()), .beta = 1}, work.stream);
}

void Lokr::delta_rows(int64_t begin, int64_t end, Tensor out, Workspace work) {
  const Arena::Scope scope(work.arena);
  const int64_t width = shape_.n * shape_.taps;
  // Row o = (l, k): the outer product of row l of w1 and row k of w2.
  for (int64_t o = begin; o < end;) {
    const int64_t l = o / shape_.k, first = o % shape_.k, last = std::min(shape_.k, first + end - o);
    const Arena::Scope rows(work.arena);
    const ConstTensor w1_row = w1_.matrix().select(0, l).reshape({shape_.m, 1});
    const ConstTensor w2_rows = w2_.matrix().slice(0, first, last);
    const Tensor outer = work.arena.alloc(DType::f32, {shape_.m, (last - first) * width});
    gemm({.a = w1_row, .b = w2_rows.reshape({1, (last - first) * width}), .c = outer, .alpha = scale_}, work.stream);
    const Tensor target = out.slice(0, o - begin, o - begin + last - first).reshape({last - first, shape_.m, width});
    copy({outer.reshape({shape_.m, last - first, width}).transposed(0, 1), target}, work.stream);
    o += last - first;
  }
}

void Lokr::add_dense_gradients(ConstTensor d_delta, Workspace work) {
  const Arena::Scope scope(work.arena);
  const int64_t first = shape_.l * shape_.m, second = shape_.k * shape_.n * shape_.taps;
  const Tensor ordered = work.arena.alloc(DType::f32, {shape_.l, shape_.m, shape_.k, shape_.n * shape_.taps});
  copy({d_delta.reshape({shape_.l, shape_.k, shape_.m, shape_.n * shape_.taps}).transposed(1, 2), ordered}, work.stream);
  const Tensor pairs = ordered.reshape({first, second});
  const Tensor d_w1 = work.arena.alloc(DType::f32, w1_.matrix().shape());
  const Tensor d_w2 = work.arena.alloc(DType::f32, w2_.matrix().shape());
  gemm({.a = pairs, .b = w2_.matrix().reshape({second, 1}), .c = d_w1.reshape({first, 1}), .alpha = scale_}, work.stream);
  gemm({.a = w1_.matrix().reshape({1, first}), .b = pairs, .c = d_w2.reshape({1, second}), .alpha = scale_}, work.stream);
  w1_.add_gradients(d_w1, scalar_, work);
  w2_.add_gradients(d_w2, FactorScalar(), work);
}

void Lokr::initialise_delta(uint64_t seed, uint64_t module, Stream& stream) {
  for (size_t i = 0; i < trained_.size(); ++i) {
    const std::string& name = trained_[i].name;
    const Tensor value = trained_[i].value.tensor();
    if (name == "dora_scale") continue;  // its norm of W is taken afterwards
    const bool starts_at_zero = name == "scalar" || (!scalar_.used() && (name == "lokr_w2" || name == "lokr_w2_b"));
    if (starts_at_zero)
      fill({value, 0}, stream);
    else
      fill_uniform(value, kaiming_bound(value.shape()), {seed, module, i}, stream);
  }
}

OptionReaders options(AdapterConfig& c) {
  OptionReaders readers{{"factor",
                         [&c](const GivenOption& given) {
                           c.lokr.factor = given.value.as_int();
                           if (c.lokr.factor == 0 || c.lokr.factor < -1) given.refuse("-1 or a positive integer");
                         }},
                        {"decompose_both", boolean(c.lokr.decompose_both)},
                        {"full_matrix", boolean(c.lokr.full_matrix)},
                        {"unbalanced_factorization", boolean(c.lokr.unbalanced_factorization)}};
  readers.merge(lycoris_options(c));
  return readers;
}

void write_settings(const AdapterConfig& c, Json::Object& out) {
  out["factor"] = c.lokr.factor;
  out["decompose_both"] = c.lokr.decompose_both;
  out["full_matrix"] = c.lokr.full_matrix;
  out["unbalanced_factorization"] = c.lokr.unbalanced_factorization;
}

void describe(const AdapterConfig& c, Json::Object& out) {
  describe_lycoris(c, out);
  write_settings(c, out);
}

void read_settings(const Json& settings, AdapterConfig& c) {
  c.lokr.factor = settings.int_or("factor", -1);
  c.lokr.decompose_both = settings.bool_or("decompose_both", false);
  c.lokr.full_matrix = settings.bool_or("full_matrix", false);
  c.lokr.unbalanced_factorization = settings.bool_or("unbalanced_factorization", false);
}

std::shared_ptr<Adapter> make(const AdapterConfig& config, const Linear& layer, uint64_t) {
  return std::make_shared<Lokr>(config, layer);
}

}  // namespace

AdapterKind lokr_kind() {
  return {.type = AdapterType::lokr,
          .library = AdapterLibrary::lycoris,
          .mark = "lokr_",
          .tensors = {},
          .options = options,
          .describe = describe,
          .write_settings = write_settings,
          .read_settings = read_settings,
          .make = make};
}

}  // namespace sidestep
