#include "core/platform/process.h"
#include "core/platform/windows/system.h"

#include <tlhelp32.h>  // after windows.h

namespace sidestep::platform {
namespace {

DWORD parent_id() {
  const Handle all{::CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0)};
  PROCESSENTRY32W entry{};
  entry.dwSize = sizeof entry;
  for (BOOL more = ::Process32FirstW(all.value, &entry); more != 0; more = ::Process32NextW(all.value, &entry))
    if (entry.th32ProcessID == ::GetCurrentProcessId()) return entry.th32ParentProcessID;
  return 0;
}

/// The number may be another process's by now: a parent is older than its child.
bool is_parent(HANDLE process) {
  FILETIME born{}, ours{}, ignored{};
  return ::GetProcessTimes(process, &born, &ignored, &ignored, &ignored) != 0 &&
         ::GetProcessTimes(::GetCurrentProcess(), &ours, &ignored, &ignored, &ignored) != 0 &&
         ::CompareFileTime(&born, &ours) <= 0;
}

}  // namespace

/// A job that ends all its processes with its last handle, and the parent has that handle: when the parent ends, however it ends,
/// the system closes it. Processes that this one starts are in the job as well.
void end_with_parent() {
  const Handle parent{::OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, parent_id())};
  if (!parent || !is_parent(parent.value)) return;  // gone before we began, or beyond our reach: the channel's end is all we hear
  const Handle job{::CreateJobObjectW(nullptr, nullptr)};
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  HANDLE parents = nullptr;
  const bool ready =
      job && ::SetInformationJobObject(job.value, JobObjectExtendedLimitInformation, &limits, sizeof limits) != 0 &&
      ::DuplicateHandle(::GetCurrentProcess(), job.value, parent.value, &parents, 0, FALSE, DUPLICATE_SAME_ACCESS) != 0;
  if (ready)
    ::AssignProcessToJobObject(job.value,
                               ::GetCurrentProcess());  // refused in a job that allows none within: Node's own then serves
}

}  // namespace sidestep::platform
