#include "bench/stream.h"

#include "core/error.h"
#include "core/mapped_file.h"
#include "core/path_text.h"
#include "ops/cuda_plugin.h"

namespace sidestep::bench {

Stream open_stream(const Arguments& arguments) {
  const std::string backend = arguments.text_or("backend", "cpu");
  if (!choose_fake_card(backend) && backend != "cpu" && backend != "cuda")
    throw Error("bench/usage", "Expected --backend cpu, cuda, fake-cuda or simt but found " + backend);
  const Device device{backend == "cpu" ? DeviceKind::cpu : DeviceKind::cuda, 0};
  return Stream(device, std::make_shared<ThreadPool>(static_cast<int>(arguments.count_or("threads", 0))));
}

DType compute_dtype(const Arguments& arguments, const Stream& stream) {
  return stream.device().kind == DeviceKind::cpu ? DType::f32 : precision(arguments);
}

DType precision(const Arguments& arguments) {
  const std::string name = arguments.text_or("precision", "bf16");
  if (name == "bf16") return DType::bf16;
  if (name == "f16") return DType::f16;
  if (name == "f32") return DType::f32;
  throw Error("bench/usage", "Expected --precision bf16, f16 or f32 but found " + name);
}

Format format(const Arguments& arguments) { return arguments.has("json") ? Format::json : Format::table; }

Json config_of(const Arguments& arguments) {
  const std::string& path = arguments.text("config");
  const MappedFile file = map_file(path_from_utf8(path));
  return Json::parse({reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()}, path);
}

}  // namespace sidestep::bench
