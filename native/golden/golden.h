#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/safetensors.h"
#include "core/stream.h"

namespace sidestep::golden {

/// One case file opened: its tensors, its config, its neighbour with the base weights.
struct Case {
  SafetensorsFile file;
  Json config;
  double tolerance = 0;
  DType compute_dtype = DType::f32;  ///< of models; optimizers, schedules and the VAE are f32 whatever this says
  /// `w/<name>` of this file, else of `weights_file` beside it. Throws native/tensor-missing.
  ConstTensor weight(const std::string& name) const;
  std::vector<std::string> weight_names() const;
  std::shared_ptr<SafetensorsFile> neighbour;  ///< the opened weights_file, or null
};

/// A tensor as the host can read it: itself, or a copy when it lies (contiguous) on a card.
class OnHost {
 public:
  explicit OnHost(ConstTensor t);
  operator ConstTensor() const { return view_; }

 private:
  Storage copy_;
  ConstTensor view_;
};

/// Collects comparisons of one case; the worst one is printed with its name.
class Report {
 public:
  /// Relative L2 error of `actual` against `expected` (f64 arithmetic), allowed up to `tolerance`.
  void compare(const std::string& name, ConstTensor actual, ConstTensor expected, double tolerance);
  /// Exact equality, for integers, booleans and masks.
  void equal(const std::string& name, ConstTensor actual, ConstTensor expected);
  /// A comparison made elsewhere.
  void add(const std::string& name, double error, double tolerance);
  /// A set of gradients: their concatenation and, with each_and_all, every tensor (the README's rule for tiny ones applies). In
  /// bf16 a tensor whose large terms cancel is mostly rounding, upstream's too: there the concatenation decides.
  enum class Gradients : uint8_t { each_and_all, all };
  void compare_gradients(const std::vector<std::pair<std::string, std::pair<ConstTensor, ConstTensor>>>& gradients,
                         Gradients which, double tolerance);

  struct Row {
    std::string name;
    double error, tolerance;
    bool passed() const { return error <= tolerance; }
  };
  const std::vector<Row>& rows() const { return rows_; }
  bool passed() const;
  const Row* worst() const;

 private:
  std::vector<Row> rows_;
};

/// Judges one kind of case; throws sidestep::Error for a variant it does not know, which counts as failed.
using Judge = void (*)(const Case&, Report&, Stream&);

/// Registers a judge at start-up, one file per kind: `static const Kind kind{"dit_forward", judge_dit_forward};`
struct Kind {
  Kind(const char* name, Judge judge);
};

}  // namespace sidestep::golden
