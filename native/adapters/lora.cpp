#include <cmath>

#include "adapters/delta_adapter.h"
#include "adapters/initial.h"
#include "adapters/kind.h"
#include "adapters/selection.h"
#include "adapters/trained.h"
#include "ops/elementwise.h"
#include "ops/gemm.h"

namespace sidestep {

namespace {

enum Index : size_t { kA = 0, kB = 1 };

/// LoRA (Hu et al. 2021) as PEFT computes it: delta = scale * B A, A [r, I], B [O, r], dropout on the input of A alone.
/// Two thin products beside the base layer; delta itself is formed only for DoRA's norm, in blocks of rows, and for merging.
/// DoRA (Liu et al. 2024) as PEFT computes it, with one difference: under dropout PEFT also feeds the dropped input to the
/// base weight inside the magnitude term, at the cost of one more full product; here only A's input is dropped.
class Lora final : public DeltaAdapter {
 public:
  Lora(const AdapterConfig& config, const Linear& layer, uint64_t module)
      : DeltaAdapter(layer, config.type == AdapterType::dora ? Decompose::detached : Decompose::none,
                     "lora_magnitude_vector.weight"),
        module_(module),
        convolution_(is_convolution(layer)),
        taps_(layer.kernel),
        dropout_(static_cast<float>(config.lora.dropout)) {
    const int64_t rank = rank_of(config, layer.name);
    scale_ = static_cast<float>(adapter_scale(alpha_of(config, layer.name), rank, config));
    const Device device = layer.weight.device();
    trained_.push_back(make_trained("lora_A.weight", {rank, layer.in_features()}, device));
    trained_.push_back(make_trained("lora_B.weight", {layer.out_features(), rank}, device));
    if (layer.dtype() != DType::f32)
      for (const TrainedTensor& t : trained_) rounded_.emplace_back(layer.dtype(), t.value.tensor().shape(), device);
    if (decomposed()) trained_.push_back(magnitude());
  }

  std::vector<TrainedTensor>& trained() override { return trained_; }

  bool movable() const override { return !decomposed(); }

  void take(const AdapterPlaces& places) override {
    stack_ = places.stack;
    if (places.rounded.empty()) return;
    rounded_ = places.rounded;
    rounded_elsewhere_ = true;
  }

  std::optional<LowRank> low_rank(const PassContext& pass) const override {
    if (decomposed() || convolution_ || drops(pass) || pass.strength != 1) return {};
    const auto as_multiplied = [&](Index which) {
      return rounded_.empty() ? trained_[which].value.view() : rounded_[which].view();
    };
    return LowRank{.a = as_multiplied(kA),
                   .b = as_multiplied(kB),
                   .a_grad = trained_[kA].grad.tensor(),
                   .b_grad = trained_[kB].grad.tensor(),
                   .scale = scale_,
                   .stack = stack_.get()};
  }

  size_t derived_bytes() const override {
    if (rounded_elsewhere_) return 0;
    size_t bytes = 0;
    for (const Storage& rounded : rounded_) bytes += rounded.view().bytes();
    return bytes;
  }

  std::vector<SavedTensor> saved(Stream& stream) const override {
    std::vector<SavedTensor> out;
    for (const TrainedTensor& t : trained_) {
      out.push_back(saved_as(saved_name(t.name), t.value.view().reshape(saved_shape(t)), stream));
    }
    return out;
  }

  void load(const TensorMap& tensors, Stream& stream) override {
    for (const TrainedTensor& t : trained_) {
      const auto found = tensors.find(saved_name(t.name));
      // Adapters of earlier versions keep a convolution's factors as matrices.
      const bool as_trained = found != tensors.end() && found->second.shape() == t.value.tensor().shape();
      load_trained(tensors, saved_name(t.name), t.value.tensor().reshape(as_trained ? t.value.tensor().shape() : saved_shape(t)),
                   stream);
    }
  }

 protected:
  void add_delta(ConstTensor x, Tensor y, const PassContext& pass, Workspace work) override {
    const Arena::Scope scope(work.arena);
    const Tensor h = down(dropped(x, pass, work), work);
    gemm({.a = h, .b = factor(kB, x.dtype(), work), .c = y, .trans_b = Transpose::yes, .alpha = scale_, .beta = 1}, work.stream);
  }

  void add_delta_gradients(ConstTensor dy, ConstTensor x, Tensor dx, const PassContext& pass, Workspace work) override {
    const Arena::Scope scope(work.arena);
    const ConstTensor input = dropped(x, pass, work);
    const Tensor h = down(input, work), dh = work.arena.alloc(dy.dtype(), h.shape());
    gemm({.a = dy, .b = factor(kB, dy.dtype(), work), .c = dh, .alpha = scale_}, work.stream);
    gemm({.a = dy, .b = h, .c = trained_[kB].grad.tensor(), .trans_a = Transpose::yes, .alpha = scale_, .beta = 1}, work.stream);
    gemm({.a = dh, .b = input, .c = trained_[kA].grad.tensor(), .trans_a = Transpose::yes, .beta = 1}, work.stream);
    if (dx) add_input_gradient(dh, dx, pass, work);
  }

  void delta_rows(int64_t begin, int64_t end, Tensor out, Workspace work) override {
    gemm({.a = trained_[kB].value.tensor().slice(0, begin, end), .b = trained_[kA].value.view(), .c = out, .alpha = scale_},
         work.stream);
  }

  void add_dense_gradients(ConstTensor, Workspace) override {}  // PEFT detaches the norm: never asked for
  void refresh_delta(Workspace work) override {
    if (rounded_elsewhere_) return;
    for (size_t i = 0; i < rounded_.size(); ++i) copy({trained_[i].value.view(), rounded_[i].tensor()}, work.stream);
  }

  void initialise_delta(uint64_t seed, uint64_t module, Stream& stream) override {
    const Tensor a = trained_[kA].value.tensor();
    fill_uniform(a, kaiming_bound(a.shape()), {seed, module, kA}, stream);
    fill({trained_[kB].value.tensor(), 0}, stream);
  }

 private:
  /// PEFT drops the ".weight" of the magnitude when it saves.
  static std::string saved_name(const std::string& name) {
    return name == "lora_magnitude_vector.weight" ? "lora_magnitude_vector" : name;
  }

  /// PEFT adapts a convolution by convolutions: A [r, channels, taps], B [O, r, 1], magnitude [1, O, 1].
  Shape saved_shape(const TrainedTensor& t) const {
    const Shape& shape = t.value.tensor().shape();
    if (!convolution_) return shape;
    if (shape.rank() == 1) return {1, shape[0], 1};
    return t.name == "lora_A.weight" ? Shape{shape[0], shape[1] / taps_, taps_} : Shape{shape[0], shape[1], 1};
  }

  bool drops(const PassContext& pass) const { return dropout_ > 0 && pass.mode == PassContext::Mode::training; }

  Dropout dropout_of(ConstTensor from, Tensor to, const PassContext& pass) const {
    return {.x = from,
            .y = to,
            .p = dropout_,
            .seed = pass.seed,
            .step = pass.micro_step,
            .sample = module_,
            .step_counter = pass.step_counter};
  }

  ConstTensor dropped(ConstTensor x, const PassContext& pass, Workspace work) const {
    if (!drops(pass)) return x;
    const Tensor out = work.arena.alloc(x.dtype(), x.shape());
    dropout(dropout_of(x, out, pass), work.stream);
    return out;
  }

  /// h [N, r] = x A^T
  Tensor down(ConstTensor x, Workspace work) const {
    const Tensor h = work.arena.alloc(x.dtype(), {x.dim(0), trained_[kA].value.tensor().dim(0)});
    const ConstTensor a = factor(kA, x.dtype(), work);
    gemm({.a = x, .b = a, .c = h, .trans_b = Transpose::yes}, work.stream);
    return h;
  }

  /// A or B as products take it.
  ConstTensor factor(Index which, DType dtype, Workspace work) const {
    const bool ready = !rounded_.empty() && rounded_[which].view().dtype() == dtype;
    return ready ? rounded_[which].view() : in_dtype(trained_[which].value.view(), dtype, work);
  }

  void add_input_gradient(ConstTensor dh, Tensor dx, const PassContext& pass, Workspace work) const {
    const ConstTensor a = factor(kA, dh.dtype(), work);
    if (!drops(pass)) return gemm({.a = dh, .b = a, .c = dx, .beta = 1}, work.stream);
    const Tensor gradient = work.arena.alloc(dx.dtype(), dx.shape());
    gemm({.a = dh, .b = a, .c = gradient}, work.stream);
    dropout(dropout_of(gradient, gradient, pass), work.stream);
    add({.a = dx, .b = gradient, .y = dx}, work.stream);
  }

  std::vector<TrainedTensor> trained_;
  std::vector<Storage> rounded_;  ///< A and B in the compute dtype, once an update; none where that is f32
  bool rounded_elsewhere_ = false;
  std::shared_ptr<const LowRankStack> stack_;
  uint64_t module_;
  bool convolution_;
  int64_t taps_;
  float dropout_, scale_ = 1;
};

OptionReaders options(AdapterConfig& c) {
  c.lora.dropout = defaults::train::adapter::lora::dropout;
  OptionReaders readers{{"dropout",
                         [&c](const GivenOption& given) {
                           c.lora.dropout = given.value.as_number();
                           if (!(c.lora.dropout >= 0 && c.lora.dropout < 1)) given.refuse("a probability below 1");
                         }},
                        {"bias", choice(c.bias, kAdapterBiases)}};
  readers.merge(ranked_options(c));
  return readers;
}

template <typename T>
Json to_object(const std::map<std::string, T>& values) {
  Json::Object out;
  for (const auto& [key, value] : values) out[key] = value;
  return out;
}

void describe(const AdapterConfig& c, Json::Object& out) {
  out["rank"] = c.rank;
  out["alpha"] = c.alpha;
  out["rs_lora"] = c.rs_lora;
  out["rank_pattern"] = to_object(c.rank_pattern);
  out["alpha_pattern"] = to_object(c.alpha_pattern);
  out["dropout"] = c.lora.dropout;
  out["bias"] = kAdapterBiases.of(c.bias);
}

void write_settings(const AdapterConfig& c, Json::Object& out) {
  out["r"] = c.rank;
  out["lora_alpha"] = c.alpha;
  out["lora_dropout"] = c.lora.dropout;
  out["use_dora"] = c.type == AdapterType::dora;
  out["use_rslora"] = c.rs_lora;
  out["rank_pattern"] = to_object(c.rank_pattern);
  out["alpha_pattern"] = to_object(c.alpha_pattern);
  out["init_lora_weights"] = true;
  out["loftq_config"] = Json::Object{};
  out["lora_bias"] = false;
}

void read_settings(const Json& settings, AdapterConfig& c) {
  c.type = settings.bool_or("use_dora", false) ? AdapterType::dora : AdapterType::lora;
  c.rank = settings.at("r").as_int();
  c.alpha = settings.at("lora_alpha").as_number();
  c.lora.dropout = settings.number_or("lora_dropout", 0);
  c.rs_lora = settings.bool_or("use_rslora", false);
  if (settings.get("rank_pattern").is_object()) {
    for (const auto& [key, value] : settings.at("rank_pattern").as_object()) c.rank_pattern[key] = value.as_int();
  }
  if (settings.get("alpha_pattern").is_object()) {
    for (const auto& [key, value] : settings.at("alpha_pattern").as_object()) c.alpha_pattern[key] = value.as_number();
  }
}

std::shared_ptr<Adapter> make(const AdapterConfig& config, const Linear& layer, uint64_t module) {
  return std::make_shared<Lora>(config, layer, module);
}

}  // namespace

AdapterKind lora_kind() {
  return {.type = AdapterType::lora,
          .library = AdapterLibrary::peft,
          .mark = "LORA",
          .tensors = {"lora_A.weight", "lora_B.weight", "lora_magnitude_vector"},
          .options = options,
          .describe = describe,
          .write_settings = write_settings,
          .read_settings = read_settings,
          .make = make};
}

/// PEFT's settings call it LoRA, too.
AdapterKind dora_kind() {
  AdapterKind kind = lora_kind();
  kind.type = AdapterType::dora;
  return kind;
}

}  // namespace sidestep
