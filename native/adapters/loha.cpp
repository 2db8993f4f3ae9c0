#include "adapters/delta_adapter.h"
#include "adapters/initial.h"
#include "adapters/kind.h"
#include "adapters/lycoris_scalar.h"
#include "adapters/trained.h"
#include "adapters/tucker.h"
#include "ops/elementwise.h"
#include "ops/gemm.h"

namespace sidestep {

namespace {

/// One of the two factors of the Hadamard product: a b [O, I], or the Tucker form of a convolution.
class Half {
 public:
  Half() = default;
  Half(const std::string& name, int64_t out, int64_t in, int64_t rank, Device device) {
    trained_.push_back(make_trained(name + "_a", {out, rank}, device));
    trained_.push_back(make_trained(name + "_b", {rank, in}, device));
  }
  static Half tucker(const std::string& name, const std::string& core, const Linear& layer, int64_t rank) {
    const Device device = layer.weight.device();
    Half half;
    half.trained_.push_back(make_trained(name + "_a", {rank, layer.out_features()}, device));
    half.trained_.push_back(make_trained(name + "_b", {rank, layer.in_features() / layer.kernel}, device));
    half.trained_.push_back(make_trained(core, {rank, rank, layer.kernel}, device));
    return half;
  }

  std::vector<TrainedTensor>& trained() { return trained_; }

  void rebuild(const FactorScalar& scalar, Tensor out, Workspace work) const {
    const Arena::Scope scope(work.arena);
    const ConstTensor a = scalar.times(value(0), work);
    if (is_tucker()) return tucker_rebuild({.core = value(2), .a = a, .b = value(1)}, out, work);
    gemm({.a = a, .b = value(1), .c = out}, work.stream);
  }

  void add_gradients(ConstTensor gradient, const FactorScalar& scalar, Workspace work) const {
    const Arena::Scope scope(work.arena);
    const ConstTensor a = scalar.times(value(0), work);
    const Tensor d_a = work.arena.alloc(DType::f32, value(0).shape());
    if (is_tucker()) {
      fill({d_a, 0}, work.stream);
      tucker_gradients({.core = value(2), .a = a, .b = value(1)}, gradient, {.core = grad(2), .a = d_a, .b = grad(1)}, work);
    } else {
      gemm({.a = gradient, .b = value(1), .c = d_a, .trans_b = Transpose::yes}, work.stream);
      gemm({.a = a, .b = gradient, .c = grad(1), .trans_a = Transpose::yes, .beta = 1}, work.stream);
    }
    scalar.add_gradients(d_a, value(0), grad(0), work);
  }

 private:
  bool is_tucker() const { return trained_.size() == 3; }
  Tensor value(size_t i) const { return trained_[i].value.tensor(); }
  Tensor grad(size_t i) const { return trained_[i].grad.tensor(); }

  std::vector<TrainedTensor> trained_;  ///< [a, b] or [a, b, core]
};

/// LoHa (Hyeon-Woo et al. 2022) as LyCORIS computes it: delta = scale * (scalar * w1_a w1_b) ∘ (w2_a w2_b). A Hadamard
/// product has no cheap action on x, so delta is formed in scratch memory, a layer at a time, in every pass.
class Loha final : public DeltaAdapter {
 public:
  Loha(const AdapterConfig& config, const Linear& layer)
      : DeltaAdapter(layer, config.lycoris.weight_decompose ? Decompose::coupled : Decompose::none, "dora_scale"),
        shape_{layer.out_features(), layer.in_features()} {
    const LycorisForm form = form_of(config, layer);
    alpha_ = form.alpha;
    scale_ = static_cast<float>(adapter_scale(form.alpha, form.rank, config));
    const Device device = layer.weight.device();
    w1_ = form.tucker ? Half::tucker("hada_w1", "hada_t1", layer, form.rank)
                      : Half("hada_w1", shape_[0], shape_[1], form.rank, device);
    w2_ = form.tucker ? Half::tucker("hada_w2", "hada_t2", layer, form.rank)
                      : Half("hada_w2", shape_[0], shape_[1], form.rank, device);
    if (config.lycoris.use_scalar) scalar_ = FactorScalar(device);
    for (Half* half : {&w1_, &w2_}) trained_.insert(trained_.end(), half->trained().begin(), half->trained().end());
    if (decomposed()) trained_.push_back(magnitude());
    if (scalar_.used()) trained_.push_back(scalar_.trained());
  }

  std::vector<TrainedTensor>& trained() override { return trained_; }
  std::vector<SavedTensor> saved(Stream& stream) const override;
  void load(const TensorMap& tensors, Stream& stream) override;

 protected:
  void add_delta(ConstTensor x, Tensor y, const PassContext&, Workspace work) override {
    const Arena::Scope scope(work.arena);
    const ConstTensor delta = in_dtype(whole_delta(work), x.dtype(), work);
    gemm({.a = x, .b = delta, .c = y, .trans_b = Transpose::yes, .beta = 1}, work.stream);
  }

  void add_delta_gradients(ConstTensor dy, ConstTensor x, Tensor dx, const PassContext&, Workspace work) override {
    const Arena::Scope scope(work.arena);
    if (dx) gemm({.a = dy, .b = in_dtype(whole_delta(work), dy.dtype(), work), .c = dx, .beta = 1}, work.stream);
    const Tensor d_delta = work.arena.alloc(DType::f32, shape_);
    gemm({.a = dy, .b = x, .c = d_delta, .trans_a = Transpose::yes}, work.stream);
    add_dense_gradients(d_delta, work);
  }

  void delta_rows(int64_t begin, int64_t end, Tensor out, Workspace work) override {
    const Arena::Scope scope(work.arena);
    copy({whole_delta(work).slice(0, begin, end), out}, work.stream);
  }

  void add_dense_gradients(ConstTensor d_delta, Workspace work) override {
    const Arena::Scope scope(work.arena);
    const Tensor other = work.arena.alloc(DType::f32, shape_), gradient = work.arena.alloc(DType::f32, shape_);
    w2_.rebuild(FactorScalar(), other, work);
    scaled_product(d_delta, other, gradient, work.stream);
    w1_.add_gradients(gradient, scalar_, work);
    w1_.rebuild(scalar_, other, work);
    scaled_product(d_delta, other, gradient, work.stream);
    w2_.add_gradients(gradient, FactorScalar(), work);
  }

  void refresh_delta(Workspace) override {}
  void initialise_delta(uint64_t seed, uint64_t module, Stream& stream) override;

 private:
  void scaled_product(ConstTensor a, ConstTensor b, Tensor y, Stream& stream) const {
    multiply({a, b, y}, stream);
    scale_in_place(y, stream);
  }
  void scale_in_place(Tensor y, Stream& stream) const { add({.a = y, .b = y, .y = y, .alpha = scale_, .beta = 0}, stream); }
  /// [O, I] f32 in scratch memory.
  Tensor whole_delta(Workspace work) const {
    const Tensor delta = work.arena.alloc(DType::f32, shape_);
    const Arena::Scope scope(work.arena);
    const Tensor other = work.arena.alloc(DType::f32, shape_);
    w1_.rebuild(scalar_, delta, work);
    w2_.rebuild(FactorScalar(), other, work);
    scaled_product(delta, other, delta, work.stream);
    return delta;
  }

  /// As its file has it, else as configured.
  static LycorisForm form_of(const AdapterConfig& config, const Linear& layer) {
    const auto found = config.lycoris.forms.find(layer.name);
    if (found == config.lycoris.forms.end()) {
      return {.rank = config.rank, .alpha = config.alpha, .tucker = config.lycoris.use_tucker && is_convolution(layer)};
    }
    LycorisForm form = found->second;
    if (form.alpha == 0) form.alpha = static_cast<double>(form.rank);
    return form;
  }

  Shape shape_;
  double alpha_ = 0;
  float scale_ = 1;
  FactorScalar scalar_;
  Half w1_, w2_;
  std::vector<TrainedTensor> trained_;
};

std::vector<SavedTensor> Loha::saved(Stream& stream) const {
  std::vector<SavedTensor> out{saved_scalar("alpha", alpha_)};
  if (decomposed()) out.push_back(saved_copy(magnitude(), stream));
  for (const TrainedTensor& t : trained_) {
    if (t.name == "dora_scale" || t.name == "scalar") continue;
    out.push_back(saved_copy(t, stream));
    if (t.name == "hada_w1_a" && scalar_.used()) fold_scalar(scalar_, out.back(), stream);
  }
  return out;
}

void Loha::load(const TensorMap& tensors, Stream& stream) {
  for (const TrainedTensor& t : trained_) {
    if (t.name != "scalar") load_trained(tensors, t.name, t.value.tensor(), stream);
  }
  if (scalar_.used()) scalar_.set(1, stream);
}

/// LyCORIS: w1_a normal(0.1), w1_b and w2_b normal(1), cores normal(0.1), w2_a zero (normal(0.1) under a zero scalar).
void Loha::initialise_delta(uint64_t seed, uint64_t module, Stream& stream) {
  for (size_t i = 0; i < trained_.size(); ++i) {
    const std::string& name = trained_[i].name;
    const Tensor value = trained_[i].value.tensor();
    if (name == "dora_scale") continue;  // its norm of W is taken afterwards
    if (name == "scalar" || (name == "hada_w2_a" && !scalar_.used()))
      fill({value, 0}, stream);
    else
      fill_normal(value, name.ends_with("_b") ? 1.0 : 0.1, {seed, module, i}, stream);
  }
}

std::shared_ptr<Adapter> make(const AdapterConfig& config, const Linear& layer, uint64_t) {
  return std::make_shared<Loha>(config, layer);
}

}  // namespace

AdapterKind loha_kind() {
  return {.type = AdapterType::loha,
          .library = AdapterLibrary::lycoris,
          .mark = "hada_",
          .tensors = {},
          .options = lycoris_options,
          .describe = describe_lycoris,
          .write_settings = [](const AdapterConfig&, Json::Object&) {},
          .read_settings = [](const Json&, AdapterConfig&) {},
          .make = make};
}

}  // namespace sidestep
