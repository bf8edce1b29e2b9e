#include "host/memory_file.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "host/user_error.h"

namespace lockstep::host {

MemoryFile::MemoryFile(const std::string* contents, std::size_t size) : fd_(memfd_create("lockstep", 0)) {
  bool good = fd_ >= 0 && ftruncate(fd_, static_cast<off_t>(size)) == 0;
  for (std::size_t done = 0; good && contents && done < contents->size();) {
    const ssize_t n = write(fd_, contents->data() + done, contents->size() - done);
    good = n > 0;
    if (good) done += static_cast<std::size_t>(n);
  }
  if (!good) throw UserError(fmt::format("cannot make a file in memory ({}); free some memory", std::strerror(errno)));
  lseek(fd_, 0, SEEK_SET);
}

MemoryFile::~MemoryFile() {
  if (fd_ >= 0) close(fd_);
}

std::string MemoryFile::contents() const {
  std::string text(static_cast<std::size_t>(lseek(fd_, 0, SEEK_END)), '\0');
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = pread(fd_, text.data() + done, text.size() - done, static_cast<off_t>(done));
    if (n <= 0) throw UserError(fmt::format("cannot read back a file in memory ({})", std::strerror(errno)));
    done += static_cast<std::size_t>(n);
  }
  return text;
}

}  // namespace lockstep::host
