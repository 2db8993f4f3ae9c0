#include <map>

#include "adapters/adapter_file.h"
#include "adapters/trained.h"
#include "core/error.h"
#include "ops/elementwise.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

/// A host tensor in another dtype.
Storage converted(ConstTensor from, DType dtype) {
  Stream host(Device{}, std::make_shared<ThreadPool>(1));
  Storage out(dtype, from.shape());
  copy({from, out.tensor()}, host);
  return out;
}

/// The merged weight as the checkpoint stores it: its shape (a convolution's is [O, channels, taps]) and its dtype.
Storage stored_form(const AdapterSet::Module& module, ConstTensor original, Workspace work) {
  const Linear& layer = *module.layer;
  const Storage merged(DType::f32, layer.weight.shape(), work.stream.device());
  module.adapter->merged_weight(layer, merged.tensor(), work);
  const Arena::Scope scope(work.arena);
  const ConstTensor disk = to_disk_order(layer, merged.view(), work);
  const Storage host = to_host(disk, work.stream);
  return converted(host.view().reshape(original.shape()), original.dtype());
}

}  // namespace

void merge_adapter(const MergeRequest& request, Workspace work) {
  std::map<std::string, Storage> replaced;
  for (const AdapterSet::Module& module : request.adapters.modules()) {
    const std::string name = request.prefix + module.name + ".weight";
    if (!request.base.contains(name)) throw Error("adapter/unknown-module", "The checkpoint has no tensor " + name);
    replaced[name] = stored_form(module, request.base.tensor(name), work);
  }
  for (const auto& [layer, bias] : request.biases) {
    const std::string name = request.prefix + layer;
    if (!request.base.contains(name)) throw Error("adapter/unknown-module", "The checkpoint has no tensor " + name);
    replaced[name] = converted(bias, request.base.tensor(name).dtype());
  }
  std::vector<NamedTensor> tensors;
  for (const std::string& name : request.base.names()) {
    const auto found = replaced.find(name);
    tensors.push_back({name, found == replaced.end() ? request.base.tensor(name) : found->second.view()});
  }
  write_safetensors(request.output_file, tensors, {{"format", "pt"}});
}

}  // namespace sidestep
