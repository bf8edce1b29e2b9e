#include "host/program_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "host/user_error.h"

namespace lockstep::host {
namespace {

namespace fs = std::filesystem;

class File {
 public:
  explicit File(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    elf_version(EV_CURRENT);
    if (fd_ >= 0) elf_ = elf_begin(fd_, ELF_C_READ_MMAP, nullptr);
  }
  ~File() {
    if (elf_) elf_end(elf_);
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }
  Elf* elf() const { return elf_; }

 private:
  int fd_;
  Elf* elf_ = nullptr;
};

template <class Visit>
void for_each_section(Elf* elf, GElf_Word type, Visit visit) {
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) && header.sh_type == type) {
      if (Elf_Data* data = elf_getdata(section, nullptr)) visit(header, data);
    }
  }
}

struct Contents {
  std::vector<std::string> needed;
  bool references_tsan = false;  // __tsan_* undefined
  bool defines_tsan = false;     // __tsan_init is in the file itself
};

Contents contents_of(Elf* elf) {
  Contents c;
  for_each_section(elf, SHT_DYNAMIC, [&](const GElf_Shdr& header, Elf_Data* data) {
    for (std::size_t i = 0; header.sh_entsize && i < header.sh_size / header.sh_entsize; ++i) {
      GElf_Dyn entry;
      if (!gelf_getdyn(data, static_cast<int>(i), &entry) || entry.d_tag != DT_NEEDED) continue;
      if (const char* name = elf_strptr(elf, header.sh_link, entry.d_un.d_val)) c.needed.emplace_back(name);
    }
  });
  for (const GElf_Word type : {SHT_DYNSYM, SHT_SYMTAB}) {
    for_each_section(elf, type, [&](const GElf_Shdr& header, Elf_Data* data) {
      for (std::size_t i = 0; header.sh_entsize && i < header.sh_size / header.sh_entsize; ++i) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, static_cast<int>(i), &symbol)) continue;
        const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
        if (!name || std::strncmp(name, "__tsan_", 7) != 0) continue;
        if (symbol.st_shndx == SHN_UNDEF) {
          c.references_tsan = true;
        } else if (std::strcmp(name, "__tsan_init") == 0) {
          c.defines_tsan = true;
        }
      }
    });
  }
  return c;
}

bool has_interpreter(Elf* elf) {
  std::size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) return false;
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr header;
    if (gelf_getphdr(elf, static_cast<int>(i), &header) && header.p_type == PT_INTERP) return true;
  }
  return false;
}

}  // namespace

std::string find_program(const std::string& name) {
  if (name.empty()) throw UserError("the name of the program is empty; name the program to check");
  if (name.find('/') != std::string::npos || access(name.c_str(), F_OK) == 0) {
    std::error_code error;
    return fs::absolute(name, error).lexically_normal().string();
  }
  const char* path = std::getenv("PATH");
  std::string_view rest = path ? path : "";
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const fs::path candidate = fs::path(std::string(rest.substr(0, end))) / name;
    std::error_code error;
    if (access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate, error))
      return fs::absolute(candidate).string();
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  throw UserError(
      fmt::format("{}: no such program, neither here nor in PATH; give its path, for example ./{}", name, name));
}

ProgramFile inspect_program(const std::string& path, const std::string& shown) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    throw UserError(
        fmt::format("{}: no such program ({}); build it first, or correct the path", shown, std::strerror(errno)));
  }
  if (S_ISDIR(info.st_mode)) throw UserError(fmt::format("{}: is a directory; name the program in it", shown));
  if (!S_ISREG(info.st_mode)) throw UserError(fmt::format("{}: is not a regular file; name a program", shown));
  const bool any_x = (info.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;  // root may execute only if somebody may
  if (!any_x || access(path.c_str(), X_OK) != 0) {
    throw UserError(fmt::format("{}: is not executable; run chmod +x on it if it is a program", shown));
  }
  const File file(path);
  if (file.fd() < 0)
    throw UserError(fmt::format("{}: cannot be read ({}); allow reading it", shown, std::strerror(errno)));
  char magic[4] = {};
  if (pread(file.fd(), magic, sizeof magic, 0) < 2 || std::memcmp(magic, "\177ELF", 4) != 0) {
    throw UserError(fmt::format("{}: is {}, not an x86-64 ELF program; name the compiled program itself", shown,
                                magic[0] == '#' && magic[1] == '!' ? "a script" : "no ELF file"));
  }
  GElf_Ehdr header;
  Elf* elf = file.elf();
  if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header)) {
    throw UserError(fmt::format("{}: is a damaged ELF file; build it again", shown));
  }
  if (header.e_machine != EM_X86_64 || gelf_getclass(elf) != ELFCLASS64) {
    throw UserError(fmt::format("{}: is an ELF file for another machine; build it for x86-64", shown));
  }
  const bool executable = header.e_type == ET_EXEC || (header.e_type == ET_DYN && has_interpreter(elf));
  const Contents contents = contents_of(elf);
  if (header.e_type != ET_EXEC && header.e_type != ET_DYN) {
    throw UserError(fmt::format("{}: is an object file or a core dump, not a program; link it", shown));
  }
  if (contents.defines_tsan) {
    throw UserError(fmt::format(
        "{}: ThreadSanitizer is linked into it statically, so it cannot be replaced; link without -static-libtsan "
        "(g++) or with -shared-libsan (clang)",
        shown));
  }
  if (!executable) {
    throw UserError(
        fmt::format("{}: is a shared library or a static-pie program; name a dynamically linked program", shown));
  }
  if (!has_interpreter(elf)) {
    throw UserError(fmt::format("{}: is statically linked; link it without -static", shown));
  }

  ProgramFile program;
  program.path = path;
  program.build_id = build_id_of(path);
  std::string tsan;
  bool linked = false;
  for (const std::string& lib : contents.needed) {
    if (lib.starts_with("libtsan.so") || lib.starts_with("libclang_rt.tsan")) tsan = lib;
    if (lib.starts_with("liblockstep_check.so")) linked = true;
  }
  if (linked) {
    program.entry = Entry::kLinked;
  } else if (tsan == "libtsan.so.2" || (tsan.empty() && contents.references_tsan)) {
    program.entry = Entry::kGcc;
  } else if (tsan.starts_with("libclang_rt.tsan")) {
    if (tsan != "libclang_rt.tsan-x86_64.so" && tsan != "libclang_rt.tsan.so") {
      throw UserError(
          fmt::format("{}: needs {}, which lockstep has no stand-in for; build it for x86-64 with clang", shown, tsan));
    }
    program.entry = Entry::kClang;
  } else if (!tsan.empty()) {
    throw UserError(fmt::format(
        "{}: needs {}, of another GCC; lockstep stands in for libtsan.so.2: build it with GCC 11 to 14", shown, tsan));
  } else {
    throw UserError(
        fmt::format("{}: is not instrumented; compile and link it with -g -O1 -fsanitize=thread (clang: also "
                    "-shared-libsan), or use "
                    "lockstep-c++ as the compiler",
                    shown));
  }
  return program;
}

std::string build_id_of(const std::string& path) {
  const File file(path);
  if (file.fd() < 0) return {};
  std::string id;
  if (file.elf()) {
    for_each_section(file.elf(), SHT_NOTE, [&](const GElf_Shdr&, Elf_Data* data) {
      GElf_Nhdr note;
      std::size_t offset = 0, name = 0, desc = 0;
      while ((offset = gelf_getnote(data, offset, &note, &name, &desc)) > 0) {
        const char* bytes = static_cast<const char*>(data->d_buf);
        if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 || std::memcmp(bytes + name, "GNU", 4) != 0) continue;
        for (std::size_t i = 0; i < note.n_descsz; ++i)
          id += fmt::format("{:02x}", static_cast<unsigned char>(bytes[desc + i]));
      }
    });
  }
  if (!id.empty()) return id;
  std::uint64_t hash = 0xcbf29ce484222325;
  std::ifstream in(path, std::ios::binary);
  char buffer[1 << 16];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    for (std::streamsize i = 0; i < in.gcount(); ++i)
      hash = (hash ^ static_cast<unsigned char>(buffer[i])) * 0x100000001b3;
  }
  return fmt::format("contents-{:016x}", hash);
}

std::string runtime_library(Entry entry) {
  if (entry == Entry::kLinked) return {};
  const char* name = entry == Entry::kGcc ? "libtsan.so.2" : "libclang_rt.tsan-x86_64.so";
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  std::vector<fs::path> places;
  if (const char* dir = std::getenv("LOCKSTEP_RUNTIME_DIR")) places.emplace_back(dir);  // for the checker's own tests
  places.push_back(here / "lib" / "lockstep");
  places.push_back(here.parent_path() / "lib" / "lockstep");
  for (const fs::path& place : places) {
    if (fs::exists(place / name, error)) return fs::absolute(place / name).lexically_normal().string();
  }
  throw UserError(fmt::format("lockstep's own library {} is missing (looked in {} and {}); install lockstep again",
                              name, places[places.size() - 2].string(), places.back().string()));
}

}  // namespace lockstep::host
