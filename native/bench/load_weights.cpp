#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <vector>

#include "bench/commands.h"
#include "bench/stream.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/path_text.h"
#include "core/platform/process.h"
#include "models/weights.h"

namespace sidestep::bench {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kSide = 2048;  // of the made-up file's matrices
constexpr int64_t kPiece = int64_t{8} << 20;
constexpr int64_t kPage = 4096;

/// A safetensors file of square matrices, gone with its owner.
struct MadeUpFile {
  fs::path path;

  MadeUpFile(int64_t megabytes, DType dtype)
      : path(fs::temp_directory_path() / ("sidestep-bench-" + std::to_string(platform::process_id()) + ".safetensors")) {
    const Storage matrix(dtype, {kSide, kSide});
    const int64_t count = std::max<int64_t>(1, megabytes * 1'000'000 / static_cast<int64_t>(matrix.view().bytes()));
    std::vector<NamedTensor> tensors;
    for (int64_t i = 0; i < count; ++i) tensors.push_back({"layers." + std::to_string(i) + ".weight", matrix.view()});
    write_safetensors(path, tensors, {});
  }
  ~MadeUpFile() {
    std::error_code ignored;  // a file left in the temporary folder is no reason to lose the figures
    fs::remove(path, ignored);
  }
  MadeUpFile(const MadeUpFile&) = delete;
  MadeUpFile& operator=(const MadeUpFile&) = delete;
};

/// From end to end, without a buffer between, into memory that is there already: no loader can do less.
void read_plainly(const fs::path& path, char* to, int64_t bytes) {
  std::ifstream file;
  file.rdbuf()->pubsetbuf(nullptr, 0);
  file.open(path, std::ios::binary);
  int64_t done = 0;
  for (; file && done < bytes; done += file.gcount()) file.read(to + done, std::min(kPiece, bytes - done));
  if (done != bytes) throw Error("native/file-unreadable", "Could not read " + utf8_of(path));
}

/// A mapped tensor is there when each of its pages has been touched.
void touch(const ConstTensor& tensor, std::atomic<int64_t>& sink, Stream& stream) {
  const auto* data = static_cast<const char*>(tensor.raw());
  const auto bytes = static_cast<int64_t>(tensor.bytes());
  stream.pool().parallel_for((bytes + kPiece - 1) / kPiece, [&](int64_t piece) {
    int64_t sum = 0;
    for (int64_t at = piece * kPiece; at < std::min(bytes, (piece + 1) * kPiece); at += kPage) sum += data[at];
    sink += sum;
  });
}

/// Opens the file as a model does and has every tensor in `kept` on the stream's device.
void load(const fs::path& path, DType kept, Stream& stream) {
  const WeightFiles files({SafetensorsFile(path)});
  const Weights weights = Weights::from_files(files, "", kept, stream);
  std::atomic<int64_t> sink{0};
  for (const std::string& name : files.names()) {
    const ConstTensor tensor = weights.tensor(name, files.tensor(name).shape());
    if (tensor.device().kind == DeviceKind::cpu) touch(tensor, sink, stream);
  }
  stream.synchronize();
}

struct Timed {
  std::string name;
  std::function<void()> run;
  std::vector<double> seconds{};

  double best() const { return *std::min_element(seconds.begin(), seconds.end()); }
};

// In turns, so that a disturbance of the machine meets all alike; the first turn fills the page cache and is not counted.
void measure(std::vector<Timed>& all, int64_t rounds) {
  for (int64_t round = 0; round <= rounds; ++round)
    for (Timed& one : all) {
      const auto begin = std::chrono::steady_clock::now();
      one.run();
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
      if (round > 0) one.seconds.push_back(elapsed.count());
    }
}

DType dtype_of_file(const fs::path& path) {
  const SafetensorsFile file(path);
  return file.tensor(file.names().at(0)).dtype();
}

void print(const std::vector<Timed>& all, double bytes, Format format) {
  Json::Object figures{{"file_bytes", bytes}, {"page_cache", "warm"}};
  for (const Timed& one : all) {
    const double rate = bytes / one.best(), ratio = all[0].best() / one.best();
    figures[one.name + "_bytes_per_second"] = rate;
    if (&one != &all[0]) figures[one.name + "_against_plain_read"] = ratio;
    if (format == Format::table) std::printf("%-12s %7.2f GB/s  %5.2f of a plain read\n", one.name.c_str(), rate / 1e9, ratio);
  }
  if (format == Format::json)
    std::printf("%s\n", Json(std::move(figures)).dump().c_str());
  else
    std::printf("%.2f GB in a warm page cache\n", bytes / 1e9);
}

}  // namespace

int load_weights_command(const std::vector<std::string>& words) {
  const Arguments arguments(words, {"file", "megabytes", "precision", "threads", "backend", "steps"}, {"json"});
  Stream stream = open_stream(arguments);
  std::optional<MadeUpFile> made;
  if (!arguments.has("file")) made.emplace(arguments.count_or("megabytes", 512), DType::bf16);
  const fs::path path = made ? made->path : path_from_utf8(arguments.text("file"));
  const DType stored = dtype_of_file(path), computed = compute_dtype(arguments, stream);
  const auto bytes = static_cast<int64_t>(fs::file_size(path));
  const std::shared_ptr<void> buffer = allocate({}, static_cast<size_t>(bytes));
  std::vector<Timed> all{{"plain_read", [&] { read_plainly(path, static_cast<char*>(buffer.get()), bytes); }},
                         {"as_stored", [&] { load(path, stored, stream); }}};
  if (computed != stored) all.push_back({"converted", [&] { load(path, computed, stream); }});
  measure(all, arguments.count_or("steps", 9));
  print(all, static_cast<double>(bytes), format(arguments));
  return 0;
}

}  // namespace sidestep::bench
