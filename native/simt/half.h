#pragma once

namespace sidestep::simt {

#if defined(__aarch64__)
using Half = __fp16;  // g++ 12 has no _Float16 there
#else
using Half = _Float16;
#endif

}  // namespace sidestep::simt
