#include "dump/proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace lockstep::dump {

std::string read_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  std::string out;
  char buffer[65536];
  for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) out.append(buffer, static_cast<std::size_t>(n));
  close(fd);
  return out;
}

std::string read_link(const std::string& path) {
  char buffer[4096];
  const ssize_t n = readlink(path.c_str(), buffer, sizeof buffer);
  return n > 0 ? std::string(buffer, static_cast<std::size_t>(n)) : std::string();
}

std::vector<int> thread_ids(int pid) {
  std::vector<int> out;
  DIR* folder = opendir(fmt::format("/proc/{}/task", pid).c_str());
  if (!folder) return out;
  while (const dirent* entry = readdir(folder)) {
    if (const int tid = std::atoi(entry->d_name); tid > 0) out.push_back(tid);
  }
  closedir(folder);
  std::sort(out.begin(), out.end());
  return out;
}

bool lives(int pid, int tid) {
  const std::string state = status_field(read_file(fmt::format("/proc/{}/task/{}/status", pid, tid)), "State");
  return !state.empty() && state[0] != 'Z' && state[0] != 'X';
}

std::vector<Mapping> mappings_of(int pid) {
  std::vector<Mapping> out;
  std::istringstream lines(read_file(fmt::format("/proc/{}/maps", pid)));
  const std::string exe = read_link(fmt::format("/proc/{}/exe", pid));
  for (std::string line; std::getline(lines, line);) {
    Mapping m;
    char mode[5] = {};
    int path_at = 0;
    if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %*s %*s %n", &m.low, &m.high, mode,
                    &m.offset, &path_at) < 4) {
      continue;
    }
    m.executable = mode[2] == 'x';
    m.shared = mode[3] == 's';
    if (path_at > 0) m.path = line.substr(static_cast<std::size_t>(path_at));
    if (m.path.starts_with("/")) {
      // The process may see another file system than we do, or the file may be deleted.
      m.file = fmt::format("/proc/{}/root{}", pid, m.path);
      if (m.path == exe) m.file = fmt::format("/proc/{}/exe", pid);
      if (m.path.ends_with(" (deleted)") && m.path != exe) {
        m.file = fmt::format("/proc/{}/map_files/{:x}-{:x}", pid, m.low, m.high);
      }
    }
    out.push_back(std::move(m));
  }
  return out;
}

std::string status_field(const std::string& status, const std::string& name) {
  const std::string key = name + ":\t";
  std::size_t at = status.starts_with(key) ? 0 : status.find("\n" + key);
  if (at == std::string::npos) return {};
  at = status.find('\t', at) + 1;
  return status.substr(at, status.find('\n', at) - at);
}

int inner_id(const std::string& status, int otherwise) {
  const std::string ids = status_field(status, "NSpid");
  if (ids.empty()) return otherwise;
  const std::size_t last = ids.rfind('\t');
  return std::atoi(ids.c_str() + (last == std::string::npos ? 0 : last + 1));
}

std::optional<SyscallLine> syscall_of(int pid, int tid) {
  const std::string text = read_file(fmt::format("/proc/{}/task/{}/syscall", pid, tid));
  SyscallLine s;
  auto& a = s.arguments;
  if (std::sscanf(text.c_str(),
                  "%ld %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64,
                  &s.number, &a[0], &a[1], &a[2], &a[3], &a[4], &a[5], &s.sp, &s.pc) != 9) {
    return std::nullopt;
  }
  return s;
}

}  // namespace lockstep::dump
