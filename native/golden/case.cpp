#include "core/error.h"
#include "core/path_text.h"
#include "golden/golden.h"
#include "golden/suite.h"

namespace sidestep::golden {
namespace {

const std::string& required(const SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  if (found == file.metadata().end())
    throw Error("golden/case-invalid", utf8_of(file.path()) + " has no " + key + " in its metadata");
  return found->second;
}

std::shared_ptr<SafetensorsFile> open_neighbour(const SafetensorsFile& file) {
  const auto found = file.metadata().find("weights_file");
  if (found == file.metadata().end()) return nullptr;
  return std::make_shared<SafetensorsFile>(file.path().parent_path() / path_from_utf8(found->second));
}

/// Python's json module writes bare Infinity and NaN, which are no JSON: they are read as the strings of that name.
std::string without_python_numbers(const std::string& text) {
  std::string out;
  bool in_string = false;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '"') in_string = !in_string;
    if (in_string && text[i] == '\\') {
      out += text.substr(i, 2);
      i += 2;
      continue;
    }
    const std::string word = text.compare(i, 8, "Infinity") == 0 ? "Infinity" : text.compare(i, 3, "NaN") == 0 ? "NaN" : "";
    if (in_string || word.empty()) {
      out += text[i++];
      continue;
    }
    if (!out.empty() && out.back() == '-')
      out.back() = '"', out += '-';
    else
      out += '"';
    out += word + '"';
    i += word.size();
  }
  return out;
}

double parse_tolerance(const SafetensorsFile& file) {
  return Json::parse(required(file, "tolerance"), "tolerance of " + utf8_of(file.path().filename())).as_number();
}

}  // namespace

Case open_case(const SafetensorsFile& file) {
  return {.file = file,
          .config = Json::parse(without_python_numbers(required(file, "config")), "config of " + utf8_of(file.path().filename())),
          .tolerance = parse_tolerance(file),
          .neighbour = open_neighbour(file)};
}

ConstTensor Case::weight(const std::string& name) const {
  const std::string full = "w/" + name;
  return neighbour && !file.contains(full) ? neighbour->tensor(full) : file.tensor(full);
}

std::vector<std::string> Case::weight_names() const {
  std::vector<std::string> names;
  const auto collect = [&](const SafetensorsFile& from) {
    for (const std::string& name : from.names())
      if (name.starts_with("w/") && (&from == &file || !file.contains(name))) names.push_back(name.substr(2));
  };
  collect(file);
  if (neighbour) collect(*neighbour);
  return names;
}

}  // namespace sidestep::golden
