#include "golden/model_case.h"

#include <algorithm>

#include "core/error.h"
#include "ops/transfer.h"

namespace sidestep::golden {

Weights case_weights(const Case& c, Stream& stream) {
  std::vector<SafetensorsFile> files{c.file};
  if (c.neighbour) files.push_back(*c.neighbour);
  return Weights::from_files(WeightFiles(std::move(files)), "w/", c.compute_dtype, stream);
}

DType kept_matrices(DType compute, DeviceKind device) { return device == DeviceKind::cpu ? DType::f32 : compute; }

ConstTensor CaseInputs::operator()(const std::string& name) {
  const ConstTensor host = case_.file.tensor("in/" + name);
  if (stream_.device().kind == DeviceKind::cpu) return host;
  uploaded_.emplace_back(host.dtype(), host.shape(), stream_.device());
  transfer({.src = host, .dst = uploaded_.back().tensor()}, stream_);
  return uploaded_.back().view();
}

std::vector<int64_t> CaseInputs::numbers(const std::string& name) const {
  const ConstTensor t = case_.file.tensor("in/" + name);
  std::vector<int64_t> numbers;
  for (int64_t i = 0; i < t.numel(); ++i) {
    switch (t.dtype()) {
      case DType::i64: numbers.push_back(t.data<int64_t>()[i]); continue;
      case DType::i32: numbers.push_back(t.data<int32_t>()[i]); continue;
      case DType::u8:
      case DType::boolean: numbers.push_back(t.data<uint8_t>()[i]); continue;
      case DType::f32: numbers.push_back(static_cast<int64_t>(t.data<float>()[i])); continue;
      case DType::f64: numbers.push_back(static_cast<int64_t>(t.data<double>()[i])); continue;
      case DType::bf16: numbers.push_back(static_cast<int64_t>(to_float(t.data<bf16_t>()[i]))); continue;
      case DType::f16: numbers.push_back(static_cast<int64_t>(to_float(t.data<f16_t>()[i]))); continue;
    }
  }
  return numbers;
}

ConstTensor CaseInputs::planned(const std::string& name) const {
  const ConstTensor host = case_.file.tensor("in/" + name);
  return {nullptr, host.dtype(), host.shape(), {.kind = DeviceKind::plan}};
}

void CaseOutputs::keep(std::string_view name, ConstTensor value) { values_[std::string(name)] = to_host(value, stream_); }

void CaseOutputs::keep_mask(const std::string& name, const std::vector<uint8_t>& mask, const Shape& shape) {
  const Storage kept(DType::u8, shape);
  std::copy(mask.begin(), mask.end(), kept.tensor().data<uint8_t>());
  values_[name] = kept;
}

void CaseOutputs::judge(const Case& c, Report& report) const {
  for (const std::string& name : c.file.names()) {
    const size_t slash = name.find('/');
    const std::string group = name.substr(0, slash);
    if (group != "out" && group != "ref64") continue;
    const auto kept = values_.find(name.substr(slash + 1));
    if (kept == values_.end()) throw Error("golden/unknown-variant", "No value is computed for " + name);
    const ConstTensor expected = c.file.tensor(name), actual = kept->second.view();
    const bool exact = actual.dtype() != DType::f32 && actual.dtype() != DType::bf16 && actual.dtype() != DType::f16;
    if (!exact)
      report.compare(name, actual, expected, c.tolerance);
    else
      report.equal(name, actual, expected);
  }
}

}  // namespace sidestep::golden
