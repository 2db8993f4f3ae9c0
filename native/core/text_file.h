#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/json.h"

namespace sidestep {

/// A text file as UTF-8 without its byte order mark: UTF-8 with or without one, or UTF-16 with one.
/// Throws native/file-unreadable, native/text-invalid.
std::string read_text_file(const std::filesystem::path& path);

/// JSON as Python's json module writes and reads it: NaN and the infinities are null, of a key that is there twice the last
/// counts. Throws native/json-invalid.
Json parse_python_json(std::string_view text, const std::string& origin);

/// A JSON file of the user's or of another program, read as src/format/user-json.ts reads it: as Python writes and reads it.
/// Throws as read_text_file, and native/json-invalid with the file's line.
Json read_json_file(const std::filesystem::path& path);

void append_utf8(std::string& out, uint32_t code_point);

}  // namespace sidestep
