#include <algorithm>
#include <vector>

#include "adapters/kind.h"
#include "adapters/trained.h"
#include "core/error.h"
#include "ops/elementwise.h"
#include "ops/gemm.h"
#include "ops/rotation.h"

namespace sidestep {

namespace {

float beta_of(Write write) { return write == Write::accumulate ? 1.0F : 0.0F; }

/// The divisor of `in` nearest to the wanted block size, the smaller of two: PEFT's rule for sizes that do not divide.
int64_t fitting_block(int64_t in, int64_t wanted) {
  int64_t higher = std::min(wanted, in), lower = std::min(wanted, in);
  while (higher < in && in % higher != 0) ++higher;
  while (lower > 1 && in % lower != 0) --lower;
  return wanted - lower <= higher - wanted ? lower : higher;
}

/// Coefficients of 1, Q, Q^2 … in PEFT's truncated series. With fewer than three terms the last coefficient stays 2.
std::vector<float> series(int64_t terms) {
  if (terms == 1) return {1};
  if (terms == 2) return {1, 2};
  // PEFT always ends with one more power of coefficient 1; 3 and 4 terms therefore give the same polynomial.
  std::vector<float> c{1, 2, 2};
  for (int64_t i = 3; i < terms - 1; ++i) c.push_back(2);
  c.push_back(1);
  return c;
}

/// OFT (Qiu et al. 2023) as PEFT 0.21 computes it: x is rotated in blocks, x'[.., g, :] = x[.., g, :] R_g, then the base layer
/// runs on x'. R_g is a Cayley transform of the skew matrix stored as its upper triangle.
class Oft final : public Adapter {
 public:
  Oft(const OftOptions& options, const Linear& layer) : options_(options) {
    if (is_convolution(layer)) {
      throw Error("adapter/unsupported-module", "OFT cannot adapt the convolution " + layer.name,
                  "PEFT cannot either: leave it out of target_modules.");
    }
    const Device device = layer.weight.device();
    block_ = fitting_block(layer.in_features(), options.block_size);
    groups_ = layer.in_features() / block_;
    const int64_t stored = options.block_share ? 1 : groups_;
    trained_.push_back(make_trained("oft_R.weight", {stored, block_ * (block_ - 1) / 2}, device));
    rotation_ = Storage(DType::f32, {stored, block_, block_}, device);
  }

  std::vector<TrainedTensor>& trained() override { return trained_; }

  std::vector<SavedTensor> saved(Stream& stream) const override { return {saved_copy(trained_[0], stream)}; }
  void load(const TensorMap& tensors, Stream& stream) override { load_trained(tensors, trained_[0].name, vector(), stream); }

  void initialise(const Linear& layer, uint64_t, uint64_t, Workspace work) override {
    fill({vector(), 0}, work.stream);  // R = I
    refresh(layer, work);
  }

  void refresh(const Linear&, Workspace work) override {
    const Arena::Scope scope(work.arena);
    const Tensor q = skew(bounded_vector(work), work);
    if (options_.cayley == Cayley::exact) return exact_rotation(q, work);
    const std::vector<Tensor> partial = horner(q, work);
    copy({partial.front(), rotation_.tensor()}, work.stream);
  }

  void forward(const Linear& layer, ConstTensor x, Tensor y, const PassContext& pass, Arena& arena, Stream& stream) override {
    const Arena::Scope scope(arena);
    const Workspace work{arena, stream};
    // PEFT bounds the weight itself in each forward pass, so the optimizer goes on from there; what its last step left is saved.
    // A pass that only listens, to a sample or to the validation loss, leaves it alone: `refresh` has bounded what it reads.
    if (options_.coft && pass.mode == PassContext::Mode::training) project_rotation({vector(), options_.eps}, stream);
    const Tensor input = rotated(x, work);
    if (pass.strength != 1)
      add({.a = input, .b = dense(x, work), .y = input, .alpha = pass.strength, .beta = 1 - pass.strength}, stream);
    frozen_forward(layer, input, layer.bias, y, arena, stream);
  }

  void backward(const Linear& layer, ConstTensor dy, ConstTensor x, Tensor dx, Write write, const PassContext&, Arena& arena,
                Stream& stream) override {
    const Arena::Scope scope(arena);
    const Workspace work{arena, stream};
    const Tensor d_rotated = arena.alloc(dy.dtype(), x.shape());
    frozen_backward(layer, dy, d_rotated, Write::overwrite, arena, stream);
    add_rotation_gradient(x, d_rotated, work);
    if (!dx) return;
    gemm({.a = blocks(d_rotated),
          .b = rotation(dy.dtype(), work),
          .c = blocks(dx),
          .trans_b = Transpose::yes,
          .beta = beta_of(write)},
         stream);
  }

  void merged_weight(const Linear& layer, Tensor out, Workspace work) override {
    const Arena::Scope scope(work.arena);
    const MatrixPart whole{0, layer.out_features(), 0, layer.in_features()};
    const ConstTensor base = matrix_part(layer.weight, whole, DType::f32, work.arena, work.stream);
    gemm({.a = blocks(base), .b = rotation(DType::f32, work), .c = blocks(out), .trans_b = Transpose::yes}, work.stream);
  }

 private:
  Tensor vector() const { return trained_[0].value.tensor(); }

  /// [N, I] as [groups, N, block], a view.
  template <typename T>
  T blocks(const T& rows) const {
    const Shape shape{groups_, rows.dim(0), block_}, strides{block_, rows.stride(0), 1};
    return T(rows.raw(), rows.dtype(), shape, strides, rows.device());
  }

  /// One matrix a group, or the one that all share.
  ConstTensor rotation(DType dtype, Workspace work) const {
    const ConstTensor r = in_dtype(rotation_.view(), dtype, work);
    return options_.block_share ? r.select(0, 0) : r;
  }

  Tensor rotated(ConstTensor x, Workspace work) const {
    const Tensor out = work.arena.alloc(x.dtype(), x.shape());
    gemm({.a = blocks(x), .b = rotation(x.dtype(), work), .c = blocks(out)}, work.stream);
    return out;
  }

  /// The vector as the next forward pass will have it.
  Tensor bounded_vector(Workspace work) const {
    if (!options_.coft) return vector();
    const Tensor bounded = work.arena.alloc(DType::f32, vector().shape());
    copy({vector(), bounded}, work.stream);
    project_rotation({bounded, options_.eps}, work.stream);
    return bounded;
  }

  Tensor skew(ConstTensor triangles, Workspace work) const {
    const Tensor q = work.arena.alloc(DType::f32, rotation_.tensor().shape());
    skew_symmetric({triangles, q}, work.stream);
    return q;
  }

  /// The main diagonals of a batch of matrices, as a view.
  static Tensor diagonals(Tensor t) {
    const int64_t n = t.dim(1);
    return {t.raw(), t.dtype(), Shape{t.dim(0), n}, Shape{n * n, n + 1}, t.device()};
  }

  Tensor scaled_identity(float value, Workspace work) const {
    const Tensor t = work.arena.alloc(DType::f32, rotation_.tensor().shape());
    fill({t, 0}, work.stream);
    fill({diagonals(t), value}, work.stream);
    return t;
  }

  /// R = c0 + Q (c1 + Q (c2 + …)): every bracket from the outermost to the innermost, which the backward pass needs.
  std::vector<Tensor> horner(ConstTensor q, Workspace work) const {
    const std::vector<float> c = series(options_.cayley_terms);
    std::vector<Tensor> brackets{scaled_identity(c.back(), work)};
    for (size_t i = c.size() - 1; i-- > 0;) {
      const Tensor outer = scaled_identity(c[i], work);
      gemm({.a = q, .b = brackets.back(), .c = outer, .beta = 1}, work.stream);
      brackets.push_back(outer);
    }
    std::reverse(brackets.begin(), brackets.end());
    return brackets;
  }

  /// R = (I - Q)(I + Q)^-1 = 2 (I + Q)^-1 - I.
  void exact_rotation(ConstTensor q, Workspace work) const {
    const Tensor inverse = work.arena.alloc(DType::f32, q.shape());
    cayley_inverse({q, inverse}, work.stream);
    add({.a = inverse, .b = scaled_identity(1, work), .y = rotation_.tensor(), .alpha = 2, .beta = -1}, work.stream);
  }

  void add_rotation_gradient(ConstTensor x, ConstTensor d_rotated, Workspace work) const {
    const Tensor d_r = work.arena.alloc(DType::f32, rotation_.tensor().shape());
    if (options_.block_share) {
      fill({d_r, 0}, work.stream);
      for (int64_t g = 0; g < groups_; ++g) {
        gemm({.a = blocks(x).select(0, g),
              .b = blocks(d_rotated).select(0, g),
              .c = d_r.select(0, 0),
              .trans_a = Transpose::yes,
              .beta = 1},
             work.stream);
      }
    } else {
      gemm({.a = blocks(x), .b = blocks(d_rotated), .c = d_r, .trans_a = Transpose::yes}, work.stream);
    }
    const Tensor d_q = options_.cayley == Cayley::exact ? exact_gradient(d_r, work) : series_gradient(d_r, work);
    skew_symmetric_backward({d_q, trained_[0].grad.tensor()}, work.stream);
  }

  Tensor series_gradient(ConstTensor d_r, Workspace work) const {
    const Tensor q = skew(vector(), work), d_q = work.arena.alloc(DType::f32, q.shape());
    fill({d_q, 0}, work.stream);
    const std::vector<Tensor> brackets = horner(q, work);
    ConstTensor d_outer = d_r;
    for (size_t i = 1; i < brackets.size(); ++i) {  // outer = c + Q inner
      gemm({.a = d_outer, .b = brackets[i], .c = d_q, .trans_b = Transpose::yes, .beta = 1}, work.stream);
      const Tensor d_inner = work.arena.alloc(DType::f32, q.shape());
      gemm({.a = q, .b = d_outer, .c = d_inner, .trans_a = Transpose::yes}, work.stream);
      d_outer = d_inner;
    }
    return d_q;
  }

  /// R = 2P - I with P = (I + Q)^-1, so dQ = -P^T (2 dR) P^T.
  Tensor exact_gradient(ConstTensor d_r, Workspace work) const {
    const Tensor q = skew(vector(), work), p = work.arena.alloc(DType::f32, q.shape());
    const Tensor half = work.arena.alloc(DType::f32, q.shape()), d_q = work.arena.alloc(DType::f32, q.shape());
    cayley_inverse({q, p}, work.stream);
    gemm({.a = p, .b = d_r, .c = half, .trans_a = Transpose::yes, .alpha = -2}, work.stream);
    gemm({.a = half, .b = p, .c = d_q, .trans_b = Transpose::yes}, work.stream);
    return d_q;
  }

  OftOptions options_;
  int64_t block_ = 1, groups_ = 1;
  std::vector<TrainedTensor> trained_;
  Storage rotation_;  ///< [groups or 1, block, block] f32, by refresh
};

constexpr Names<Cayley, 2> kCayleys{{{"neumann", Cayley::neumann}, {"exact", Cayley::exact}}};

OptionReaders options(AdapterConfig& c) {
  return {{"block_size", integer(c.oft.block_size, 2)},
          {"coft", boolean(c.oft.coft)},
          {"eps", number(c.oft.eps)},
          {"block_share", boolean(c.oft.block_share)},
          {"cayley", choice(c.oft.cayley, kCayleys)},
          {"cayley_terms", integer(c.oft.cayley_terms, 1)}};
}

void describe(const AdapterConfig& c, Json::Object& out) {
  out["block_size"] = c.oft.block_size;
  out["coft"] = c.oft.coft;
  out["eps"] = c.oft.eps;
  out["block_share"] = c.oft.block_share;
  out["cayley"] = kCayleys.of(c.oft.cayley);
  out["cayley_terms"] = c.oft.cayley_terms;
}

void write_settings(const AdapterConfig& c, Json::Object& out) {
  out["r"] = 0;
  out["oft_block_size"] = c.oft.block_size;
  out["module_dropout"] = 0.0;
  out["init_weights"] = true;
  out["coft"] = c.oft.coft;
  out["eps"] = c.oft.eps;
  out["block_share"] = c.oft.block_share;
  out["use_cayley_neumann"] = c.oft.cayley == Cayley::neumann;
  out["num_cayley_neumann_terms"] = c.oft.cayley_terms;
}

void read_settings(const Json& settings, AdapterConfig& c) {
  c.oft.block_size = settings.int_or("oft_block_size", c.oft.block_size);
  c.oft.coft = settings.bool_or("coft", false);
  c.oft.eps = settings.number_or("eps", c.oft.eps);
  c.oft.block_share = settings.bool_or("block_share", false);
  c.oft.cayley = settings.bool_or("use_cayley_neumann", true) ? Cayley::neumann : Cayley::exact;
  c.oft.cayley_terms = settings.int_or("num_cayley_neumann_terms", 5);
}

std::shared_ptr<Adapter> make(const AdapterConfig& config, const Linear& layer, uint64_t) {
  return std::make_shared<Oft>(config.oft, layer);
}

}  // namespace

AdapterKind oft_kind() {
  return {.type = AdapterType::oft,
          .library = AdapterLibrary::peft,
          .mark = "OFT",
          .tensors = {"oft_R.weight"},
          .options = options,
          .describe = describe,
          .write_settings = write_settings,
          .read_settings = read_settings,
          .make = make};
}

}  // namespace sidestep
