#include "dump/core_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <sys/procfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "dump/proc.h"
#include "dump/syscalls.h"
#include "host/user_error.h"

namespace lockstep::dump {
namespace {

using host::UserError;

// An open file; shared by the reader that a snapshot keeps.
class File {
 public:
  explicit File(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }
  bool read(std::uint64_t offset, void* into, std::size_t size) const {
    return fd_ >= 0 && pread(fd_, into, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
  }

 private:
  int fd_;
};

struct Segment {
  std::uint64_t address, offset, file_size, memory_size;
  bool executable;
};

// The notes of a core, as <linux/elfcore.h> and the kernel's fs/binfmt_elf.c lay them out.
class Notes {
 public:
  explicit Notes(Snapshot* out) : out_(out) {}

  void add(const GElf_Nhdr& note, const char* data) {
    if (note.n_type == NT_PRSTATUS && note.n_descsz >= sizeof(prstatus_t)) {
      prstatus_t status;
      std::memcpy(&status, data, sizeof status);
      ThreadState t;
      t.tid = t.inner_tid = status.pr_pid;
      user_regs_struct registers;
      static_assert(sizeof registers == sizeof status.pr_reg);
      std::memcpy(&registers, &status.pr_reg, sizeof registers);
      set_registers(&t, registers);
      out_->threads.push_back(t);
    } else if (note.n_type == NT_PRPSINFO && note.n_descsz >= sizeof(prpsinfo_t)) {
      prpsinfo_t info;
      std::memcpy(&info, data, sizeof info);
      out_->pid = info.pr_pid;
      out_->program.assign(info.pr_fname, strnlen(info.pr_fname, sizeof info.pr_fname));
    } else if (note.n_type == NT_FILE) {
      add_files(data, note.n_descsz);
    }
  }

 private:
  // A count and the page size, as many triples (low, high, offset in pages), as many names.
  void add_files(const char* data, std::size_t size) {
    std::uint64_t head[2];
    if (size < sizeof head) return;
    std::memcpy(head, data, sizeof head);
    if (head[0] > (size - sizeof head) / 24) return;
    const char* name = data + sizeof head + head[0] * 24;
    for (std::uint64_t i = 0; i < head[0] && name < data + size; ++i) {
      std::uint64_t triple[3];
      std::memcpy(triple, data + sizeof head + i * 24, sizeof triple);
      const std::size_t length = strnlen(name, static_cast<std::size_t>(data + size - name));
      Mapping m;
      m.low = triple[0];
      m.high = triple[1];
      m.offset = triple[2] * head[1];
      m.path.assign(name, length);
      m.file = m.path;
      out_->mappings.push_back(std::move(m));
      name += length + 1;
    }
  }

  Snapshot* out_;
};

}  // namespace

bool is_core_file(const std::string& path) {
  const File file(path);
  GElf_Half type = 0;
  char magic[4] = {};
  return file.read(0, magic, sizeof magic) && std::memcmp(magic, ELFMAG, SELFMAG) == 0 &&
         file.read(offsetof(Elf64_Ehdr, e_type), &type, sizeof type) && type == ET_CORE;
}

Snapshot read_core(const std::string& path) {
  const auto file = std::make_shared<File>(path);
  if (file->fd() < 0) throw UserError(fmt::format("{}: cannot be read ({})", path, std::strerror(errno)));
  elf_version(EV_CURRENT);
  const std::unique_ptr<Elf, int (*)(Elf*)> elf(elf_begin(file->fd(), ELF_C_READ_MMAP, nullptr), elf_end);
  GElf_Ehdr header;
  if (!elf || !gelf_getehdr(elf.get(), &header) || header.e_type != ET_CORE || header.e_machine != EM_X86_64) {
    throw UserError(fmt::format("{}: is neither a process id nor a core file of an x86-64 program", path));
  }
  Snapshot out;
  out.live = false;
  std::vector<Segment> segments;
  Notes notes(&out);
  std::size_t count = 0;
  elf_getphdrnum(elf.get(), &count);
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr p;
    if (!gelf_getphdr(elf.get(), static_cast<int>(i), &p)) continue;
    if (p.p_type == PT_LOAD) {
      segments.push_back({p.p_vaddr, p.p_offset, p.p_filesz, p.p_memsz, (p.p_flags & PF_X) != 0});
    } else if (p.p_type == PT_NOTE) {
      Elf_Data* data = elf_getdata_rawchunk(elf.get(), static_cast<off_t>(p.p_offset), p.p_filesz, ELF_T_NHDR);
      GElf_Nhdr note;
      std::size_t name, body;
      for (std::size_t at = 0; data && (at = gelf_getnote(data, at, &note, &name, &body)) > 0;) {
        notes.add(note, static_cast<const char*>(data->d_buf) + body);
      }
    }
  }
  if (out.threads.empty()) throw UserError(fmt::format("{}: holds no threads; it is cut short or no core file", path));
  // Memory without a file: stacks and heap.
  const std::size_t files = out.mappings.size();
  for (const Segment& s : segments) {
    const bool named = std::any_of(out.mappings.begin(), out.mappings.begin() + static_cast<std::ptrdiff_t>(files),
                                   [&](auto& m) { return s.address >= m.low && s.address < m.high; });
    if (!named) out.mappings.push_back({s.address, s.address + s.memory_size, 0, s.executable, false, {}, {}});
  }
  for (Mapping& m : out.mappings) {
    for (const Segment& s : segments) m.executable |= s.executable && s.address >= m.low && s.address < m.high;
  }
  std::sort(out.mappings.begin(), out.mappings.end(), [](auto& a, auto& b) { return a.low < b.low; });
  std::sort(out.threads.begin(), out.threads.end(), [](auto& a, auto& b) { return a.tid < b.tid; });
  for (ThreadState& t : out.threads) t.comm = out.program;
  if (!out.mappings.empty()) {
    const auto exe = std::find_if(out.mappings.begin(), out.mappings.end(), [&](auto& m) {
      return !m.path.empty() && m.path.substr(m.path.rfind('/') + 1).starts_with(out.program);
    });
    if (exe != out.mappings.end()) out.program = exe->path;
  }
  if (out.pid == 0) out.pid = out.threads.front().tid;
  // What the core leaves out, code above all, stands in the files.
  out.memory.set_fallback([file, segments, mappings = out.mappings](std::uint64_t address, void* into,
                                                                    std::size_t size) {
    for (const Segment& s : segments) {
      if (address >= s.address && address - s.address < s.file_size && size <= s.file_size - (address - s.address)) {
        return file->read(s.offset + (address - s.address), into, size);
      }
    }
    for (const Mapping& m : mappings) {
      if (address >= m.low && address + size <= m.high && !m.file.empty()) {
        return File(m.file).read(m.offset + (address - m.low), into, size);
      }
    }
    return false;
  });
  constexpr auto kTasksTime = std::chrono::seconds(20);
  AsyncLook look;
  look.limit = kTasksTime;
  for (const ThreadState& t : out.threads) look.standing.insert(t.inner_tid);
  out.async = read_async(out, look);
  return out;
}

}  // namespace lockstep::dump
