#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/arena.h"
#include "golden/golden.h"
#include "models/weights.h"

namespace sidestep::golden {

/// A model case's weights, below `w/` in its file or the neighbouring one, in its compute dtype on the stream's device.
Weights case_weights(const Case& c, Stream& stream);
/// The dtype that their matrices are kept in, for memory plans: as stored on a CPU (`kept_dtype` in models/weights.h), f32 in
/// every case.
DType kept_matrices(DType compute, DeviceKind device);

/// An input of the case on the stream's device. Owns what it uploads.
class CaseInputs {
 public:
  CaseInputs(const Case& c, Stream& stream) : case_(c), stream_(stream) {}
  ConstTensor operator()(const std::string& name);
  /// An integer or boolean-like input (any dtype) as host numbers.
  std::vector<int64_t> numbers(const std::string& name) const;
  /// A tensor of the same shape on Device::plan, for measuring the arena.
  ConstTensor planned(const std::string& name) const;

 private:
  const Case& case_;
  Stream& stream_;
  std::vector<Storage> uploaded_;
};

/// Intermediate and final values by name, copied to the host as they appear.
class CaseOutputs {
 public:
  explicit CaseOutputs(Stream& stream) : stream_(stream) {}
  void keep(std::string_view name, ConstTensor value);
  /// A mask the engine makes on the host; compared exactly.
  void keep_mask(const std::string& name, const std::vector<uint8_t>& mask, const Shape& shape);
  /// Compares every `out/<name>` and `ref64/<name>` of the case; one that no value was kept for is an unknown variant.
  void judge(const Case& c, Report& report) const;

 private:
  Stream& stream_;
  std::map<std::string, Storage, std::less<>> values_;
};

}  // namespace sidestep::golden
