#include "names/library_sites.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

namespace lockstep::names {
namespace {

// ---- Headers

// Names as they stand behind `c++/<version>/`; one that ends in a slash or a star is a prefix.
constexpr std::string_view kWrappers[] = {
    // libstdc++
    "atomic", "bits/atomic_base.h", "ext/atomicity.h", "stdatomic.h",
    // libc++, which had all of them in <atomic> at first
    "__atomic/", "__cxx_atomic_impl.h"};
constexpr std::string_view kConcurrencyHeaders[] = {
    // both
    "barrier", "condition_variable", "future", "latch", "mutex", "semaphore", "shared_mutex", "stop_token", "thread",
    // libstdc++
    "bits/atomic_futex.h", "bits/atomic_timed_wait.h", "bits/atomic_wait.h", "bits/gthr*", "bits/semaphore_base.h",
    "bits/shared_ptr_atomic.h", "bits/shared_ptr_base.h", "bits/std_mutex.h", "bits/std_thread.h", "bits/unique_lock.h",
    "ext/concurrence.h",
    // libc++; those of __atomic/ that wait come before the rest of that folder
    "__atomic/atomic_sync*", "__atomic/contention_t.h", "__condition_variable/", "__memory/shared_count.h",
    "__memory/shared_ptr.h", "__mutex/", "__mutex_base", "__stop_token/", "__thread/", "__threading_support"};
constexpr std::string_view kAtomicSharedPtrHeader = "bits/shared_ptr_atomic.h";
constexpr std::string_view kSystemFolders[] = {"/usr/include/", "/usr/lib/gcc/", "/usr/lib/llvm"};

template <std::size_t N>
bool listed(std::string_view header, const std::string_view (&list)[N]) {
  return std::any_of(std::begin(list), std::end(list), [&](std::string_view entry) {
    if (entry.ends_with('*')) return header.starts_with(entry.substr(0, entry.size() - 1));
    return entry.ends_with('/') ? header.starts_with(entry) : header == entry;
  });
}

// The name behind `c++/<version>/` of a header of the standard library, and nothing for other files.
std::string header_of(std::string_view path) {
  // Clang names GCC's headers by the way it found them: /usr/bin/../lib/gcc/x86_64-linux-gnu/12/../../../../include/…
  std::string normal;
  if (path.find("/.") != std::string_view::npos || path.find("//") != std::string_view::npos) {
    normal = std::filesystem::path(path).lexically_normal().string();
    path = normal;
  }
  const bool system = std::any_of(std::begin(kSystemFolders), std::end(kSystemFolders),
                                  [&](std::string_view folder) { return path.starts_with(folder); });
  if (!system) return {};
  constexpr std::string_view kMarker = "/c++/";
  const std::size_t marker = path.rfind(kMarker);
  if (marker == std::string_view::npos) return {};
  std::string_view header = path.substr(marker + kMarker.size());
  const std::size_t version = header.find('/');
  if (version == std::string_view::npos) return {};
  header.remove_prefix(version + 1);
  // Folders of the target machine stand before or behind the version: c++/12/x86_64-linux-gnu/bits/gthr-default.h
  if (header.starts_with("x86_64-")) header.remove_prefix(std::min(header.find('/'), header.size() - 1) + 1);
  return std::string(header);
}

// The end is compared first because nearly all files differ there.
bool is_header(const char* path, std::string_view header) {
  return path && std::string_view(path).ends_with(header) && header_of(path) == header;
}

// ---- The program's file

class ElfFile {
 public:
  explicit ElfFile(const std::string& program) {
    elf_version(EV_CURRENT);
    fd_ = open(program.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) throw std::runtime_error(std::string("cannot be read: ") + std::strerror(errno));
    elf_ = elf_begin(fd_, ELF_C_READ_MMAP, nullptr);
    GElf_Ehdr header;
    if (!elf_ || elf_kind(elf_) != ELF_K_ELF || !gelf_getehdr(elf_, &header) || header.e_machine != EM_X86_64 ||
        gelf_getclass(elf_) != ELFCLASS64) {
      release();
      throw std::runtime_error("is no x86-64 ELF file");
    }
  }
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;
  ~ElfFile() { release(); }

  Elf* elf() const { return elf_; }

 private:
  void release() {
    if (elf_) elf_end(elf_);
    close(fd_);
  }

  int fd_ = -1;
  Elf* elf_ = nullptr;
};

// Debug information is looked for beside the file only: a network service would make the start slow.
int find_beside_file(Dwfl_Module* module, void** user, const char* name, Dwarf_Addr base, const char* file,
                     const char* link, GElf_Word crc, char** found) {
  if (std::getenv("DEBUGINFOD_URLS")) return -1;
  return dwfl_standard_find_debuginfo(module, user, name, base, file, link, crc, found);
}

int find_no_other_elf(Dwfl_Module*, void**, const char*, Dwarf_Addr, char**, Elf**) { return -1; }

// The program's debug information; one without any has no units.
class UnitsOfProgram {
 public:
  explicit UnitsOfProgram(const std::string& program) {
    dwfl_ = dwfl_begin(&callbacks_);
    if (!dwfl_) return;
    dwfl_report_begin(dwfl_);
    Dwfl_Module* module = dwfl_report_elf(dwfl_, program.c_str(), program.c_str(), -1, 0, true);
    dwfl_report_end(dwfl_, nullptr, nullptr);
    dwarf_ = module ? dwfl_module_getdwarf(module, &bias_) : nullptr;
  }
  UnitsOfProgram(const UnitsOfProgram&) = delete;
  UnitsOfProgram& operator=(const UnitsOfProgram&) = delete;
  ~UnitsOfProgram() {
    if (dwfl_) dwfl_end(dwfl_);
  }

  /// What is added to an address of the debug information to have one of the file.
  Dwarf_Addr bias() const { return bias_; }

  /// Calls visit(root, ranges of its code in the file) for each compilation unit, of a split one with the full half.
  template <class Visit>
  void each_unit(Visit visit) const {
    Dwarf_CU* unit = nullptr;
    Dwarf_Die root, split;
    std::uint8_t type;
    while (dwarf_ && dwarf_get_units(dwarf_, unit, &unit, nullptr, &type, &root, &split) == 0) {
      const std::vector<CodeRange> code = code_of(root, bias_);
      const bool is_split = type == DW_UT_skeleton && dwarf_tag(&split) != DW_TAG_invalid;
      visit(is_split ? split : root, code);
    }
  }

  /// The ranges of `die` in the file.
  static std::vector<CodeRange> code_of(Dwarf_Die die, Dwarf_Addr bias) {
    std::vector<CodeRange> out;
    Dwarf_Addr base, low, high;
    std::ptrdiff_t at = 0;
    while ((at = dwarf_ranges(&die, at, &base, &low, &high)) > 0) out.push_back({low + bias, high + bias});
    return out;
  }

 private:
  std::string debug_path_ = ":.debug:/usr/lib/debug";
  char* debug_path_pointer_ = debug_path_.data();
  const Dwfl_Callbacks callbacks_ = {find_no_other_elf, find_beside_file, dwfl_offline_section_address,
                                     &debug_path_pointer_};
  Dwfl* dwfl_ = nullptr;
  Dwarf* dwarf_ = nullptr;
  Dwarf_Addr bias_ = 0;
};

// ---- The calls in the machine code

struct Section {
  std::uint64_t addr;
  const unsigned char* bytes;
  std::size_t size;
};

// What an instruction of `size` bytes leads to that ends with an operand relative to the next instruction.
std::uint64_t target(const Section& s, std::size_t i, std::size_t size) {
  std::int32_t relative;
  std::memcpy(&relative, s.bytes + i + size - sizeof relative, sizeof relative);
  return s.addr + i + size + static_cast<std::uint64_t>(std::int64_t{relative});
}

// The slots of the global offset table that the loader fills with the addresses of hooks.
std::unordered_set<std::uint64_t> hook_slots(Elf* elf) {
  std::unordered_set<std::uint64_t> slots;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header, symbols_header;
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_RELA || header.sh_entsize == 0) continue;
    Elf_Scn* symbols = elf_getscn(elf, header.sh_link);
    if (!symbols || !gelf_getshdr(symbols, &symbols_header) || symbols_header.sh_type != SHT_DYNSYM) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    Elf_Data* symbol_data = elf_getdata(symbols, nullptr);
    if (!data || !symbol_data) continue;
    const std::size_t count = header.sh_size / header.sh_entsize;
    for (std::size_t i = 0; i < count; ++i) {
      GElf_Rela rela;
      GElf_Sym symbol;
      if (!gelf_getrela(data, static_cast<int>(i), &rela)) continue;
      const auto type = GELF_R_TYPE(rela.r_info);
      if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) continue;
      if (!gelf_getsym(symbol_data, static_cast<int>(GELF_R_SYM(rela.r_info)), &symbol)) continue;
      if (symbol.st_shndx != SHN_UNDEF) continue;
      const char* name = elf_strptr(elf, symbols_header.sh_link, symbol.st_name);
      if (!name || std::strncmp(name, "__tsan_", 7) != 0) continue;
      slots.insert(rela.r_offset);
    }
  }
  return slots;
}

std::vector<Section> executable_sections(Elf* elf) {
  std::vector<Section> out;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_PROGBITS) continue;
    if (!(header.sh_flags & SHF_EXECINSTR) || !(header.sh_flags & SHF_ALLOC)) continue;
    Elf_Data* data = elf_rawdata(section, nullptr);
    if (!data || !data->d_buf || data->d_size == 0) continue;
    out.push_back({header.sh_addr, static_cast<const unsigned char*>(data->d_buf), data->d_size});
  }
  return out;
}

// Stubs are known by what they do, a jump through a slot, because linkers differ in where they put them.
std::unordered_set<std::uint64_t> stubs_of(const std::vector<Section>& sections,
                                           const std::unordered_set<std::uint64_t>& slots) {
  constexpr unsigned char kEndbr64[] = {0xF3, 0x0F, 0x1E, 0xFA};
  std::unordered_set<std::uint64_t> stubs;
  for (const Section& s : sections) {
    for (std::size_t i = 0; i + 6 <= s.size; ++i) {
      if (s.bytes[i] != 0xFF || s.bytes[i + 1] != 0x25) continue;  // jmp *slot(%rip)
      if (!slots.contains(target(s, i, 6))) continue;
      std::size_t start = i;
      stubs.insert(s.addr + start);
      if (start >= 1 && s.bytes[start - 1] == 0xF2) stubs.insert(s.addr + --start);  // bnd
      if (start >= 4 && std::memcmp(s.bytes + start - 4, kEndbr64, 4) == 0) stubs.insert(s.addr + start - 4);
    }
  }
  return stubs;
}

// The return addresses of calls to hooks, ascending. The bytes are searched and not decoded: four bytes inside of
// another instruction that happen to lead to a stub are too rare to matter, and would name an address nobody returns
// to.
std::vector<std::uint64_t> hook_calls(Elf* elf) {
  std::vector<std::uint64_t> out;
  const std::unordered_set<std::uint64_t> slots = hook_slots(elf);
  if (slots.empty()) return out;
  const std::vector<Section> sections = executable_sections(elf);
  const std::unordered_set<std::uint64_t> stubs = stubs_of(sections, slots);
  for (const Section& s : sections) {
    for (std::size_t i = 0; i + 2 <= s.size; ++i) {
      if (s.bytes[i] == 0xE8 && i + 5 <= s.size) {  // call stub
        if (stubs.contains(target(s, i, 5))) out.push_back(s.addr + i + 5);
      } else if (s.bytes[i] == 0xFF && s.bytes[i + 1] == 0x15 && i + 6 <= s.size) {  // call *slot(%rip)
        if (slots.contains(target(s, i, 6))) out.push_back(s.addr + i + 6);
      }
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// ---- Whose they are

constexpr int kDepth = 256;  // of the debug information's tree

// The compilation unit that is looked into, with what has been found out about its files.
class Unit {
 public:
  Unit(Dwarf_Die root, Dwarf_Addr bias, std::vector<std::uint64_t>* library)
      : root_(root), bias_(bias), library_(library) {
    if (dwarf_getsrcfiles(&root_, &files_, &file_count_) != 0) files_ = nullptr;
  }

  /// `sites`: return addresses inside of the unit, ascending.
  void sort_out(const std::vector<std::uint64_t>& sites) {
    for (const std::uint64_t site : sites) {
      Dwarf_Line* line = dwarf_getsrc_die(&root_, site - 1 - bias_);
      switch (role(line ? dwarf_linesrc(line, nullptr, nullptr) : nullptr)) {
        case FileRole::kConcurrency:
          library_->push_back(site);
          break;
        case FileRole::kWrapper:
          open_.push_back(site - 1 - bias_);
          break;
        case FileRole::kUser:
          break;
      }
    }
    // Functions of local classes, lambdas among them, stand somewhere below the function they are local to: the whole
    // tree is searched only if there are addresses that no other function has.
    if (!open_.empty()) visit(root_, 0, false);
    if (!open_.empty()) visit(root_, 0, true);
  }

 private:
  FileRole role(const char* path) {
    if (!path) return FileRole::kUser;
    const auto [it, added] = roles_.try_emplace(path, FileRole::kUser);
    if (added) it->second = role_of(path);
    return it->second;
  }

  // What is unknown leaves the decision to the next frame, as a wrapper does: the call operators of lambdas have no
  // file.
  FileRole role_or_next(const char* path) { return path ? role(path) : FileRole::kWrapper; }

  FileRole declared_in(Dwarf_Die die) { return role_or_next(dwarf_decl_file(&die)); }

  FileRole called_in(Dwarf_Die die) {
    Dwarf_Attribute attribute;
    Dwarf_Word file = 0;
    const bool known = files_ && dwarf_attr(&die, DW_AT_call_file, &attribute) &&
                       dwarf_formudata(&attribute, &file) == 0 && file < file_count_;
    return role_or_next(known ? dwarf_filesrc(files_, file, nullptr, nullptr) : nullptr);
  }

  // Those of `addresses` (ascending) that the code of `die` covers.
  static std::vector<std::uint64_t> covered(Dwarf_Die die, const std::vector<std::uint64_t>& addresses) {
    std::vector<std::uint64_t> out;
    Dwarf_Addr base, low, high;
    std::ptrdiff_t at = 0;
    while ((at = dwarf_ranges(&die, at, &base, &low, &high)) > 0) {
      const auto first = std::lower_bound(addresses.begin(), addresses.end(), low);
      out.insert(out.end(), first, std::lower_bound(first, addresses.end(), high));
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  static std::vector<std::uint64_t> without(const std::vector<std::uint64_t>& all,
                                            const std::vector<std::uint64_t>& some) {
    std::vector<std::uint64_t> out;
    std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::back_inserter(out));
    return out;
  }

  // Looks for functions with open addresses.
  void visit(Dwarf_Die die, int depth, bool everywhere) {
    Dwarf_Die child;
    if (depth > kDepth || dwarf_child(&die, &child) != 0) return;
    do {
      switch (dwarf_tag(&child)) {
        case DW_TAG_subprogram: {
          const std::vector<std::uint64_t> here = covered(child, open_);
          if (!here.empty()) {
            decide(child, here, declared_in(child) == FileRole::kConcurrency, 0);
            open_ = without(open_, here);
          }
          if (everywhere) visit(child, depth + 1, everywhere);
          break;
        }
        case DW_TAG_namespace:
          visit(child, depth + 1, everywhere);
          break;
        case DW_TAG_class_type:
        case DW_TAG_structure_type:
        case DW_TAG_union_type:
        case DW_TAG_lexical_block:
          if (everywhere) visit(child, depth + 1, everywhere);
          break;
        default:
          break;
      }
    } while (!open_.empty() && dwarf_siblingof(&child, &child) == 0);
  }

  // `addresses` are in code of `scope`; `library`: whose they are if no function inlined below it says otherwise.
  void decide(Dwarf_Die scope, std::vector<std::uint64_t> addresses, bool library, int depth) {
    Dwarf_Die child;
    if (depth <= kDepth && dwarf_child(&scope, &child) == 0) {
      do {
        const int tag = dwarf_tag(&child);
        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_lexical_block) continue;
        const std::vector<std::uint64_t> below = covered(child, addresses);
        if (below.empty()) continue;
        bool inner = library;
        if (tag == DW_TAG_inlined_subroutine) {
          FileRole first = declared_in(child);
          if (first == FileRole::kWrapper) first = called_in(child);
          if (first != FileRole::kWrapper) inner = first == FileRole::kConcurrency;
        }
        decide(child, below, inner, depth + 1);
        addresses = without(addresses, below);
      } while (!addresses.empty() && dwarf_siblingof(&child, &child) == 0);
    }
    if (!library) return;
    for (const std::uint64_t address : addresses) library_->push_back(address + bias_ + 1);
  }

  Dwarf_Die root_;
  Dwarf_Addr bias_;
  std::vector<std::uint64_t>* library_;
  Dwarf_Files* files_ = nullptr;
  std::size_t file_count_ = 0;
  std::unordered_map<const char*, FileRole> roles_;  // libdw hands out one pointer for a file
  std::vector<std::uint64_t> open_;  // addresses of calls in wrappers, ascending, as debug information has them
};

// ---- The code of std::atomic<std::shared_ptr>

bool uses_header(Dwarf_Die unit, std::string_view header) {
  Dwarf_Files* files;
  std::size_t count;
  if (dwarf_getsrcfiles(&unit, &files, &count) != 0) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (is_header(dwarf_filesrc(files, i, nullptr, nullptr), header)) return true;
  }
  return false;
}

// The whole tree is searched: functions are inlined into any other, and those of local classes stand below these.
// Functions of the library's, known by a declaration: the die may be of one that is inlined, or of a copy.
struct Functions {
  std::string_view header;  // that declares them
  bool (*named)(std::string_view name);
};

constexpr Functions kAtomicSharedPtr = {kAtomicSharedPtrHeader, [](std::string_view) { return true; }};
// The algorithms are templates; the members of that name (std::recursive_mutex::lock) are not.
constexpr Functions kLockAlgorithm = {"mutex", [](std::string_view name) {
                                        return name.starts_with("lock<") || name.starts_with("__lock_impl<") ||
                                               name.starts_with("__lock_first<");
                                      }};

bool belongs(Dwarf_Die die, const Functions& wanted) {
  // Both follow abstract origins and specifications.
  const char* name = dwarf_diename(&die);
  return wanted.named(name ? name : "") && is_header(dwarf_decl_file(&die), wanted.header);
}

void add_code(Dwarf_Die die, const Functions& wanted, Dwarf_Addr bias, int depth, std::vector<CodeRange>* out) {
  Dwarf_Die child;
  if (depth > kDepth || dwarf_child(&die, &child) != 0) return;
  do {
    switch (dwarf_tag(&child)) {
      case DW_TAG_subprogram:
      case DW_TAG_inlined_subroutine:
        if (belongs(child, wanted)) {
          const std::vector<CodeRange> code = UnitsOfProgram::code_of(child, bias);
          out->insert(out->end(), code.begin(), code.end());
        }
        [[fallthrough]];
      case DW_TAG_namespace:
      case DW_TAG_class_type:
      case DW_TAG_structure_type:
      case DW_TAG_union_type:
      case DW_TAG_lexical_block:
        add_code(child, wanted, bias, depth + 1, out);
        break;
      default:
        break;
    }
  } while (dwarf_siblingof(&child, &child) == 0);
}

std::vector<CodeRange> merged(std::vector<CodeRange> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const CodeRange& a, const CodeRange& b) { return a.low < b.low; });
  std::vector<CodeRange> out;
  for (const CodeRange& range : ranges) {
    if (!out.empty() && range.low <= out.back().high) {
      out.back().high = std::max(out.back().high, range.high);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

}  // namespace

FileRole role_of(std::string_view path) {
  const std::string header = header_of(path);
  if (listed(header, kConcurrencyHeaders)) return FileRole::kConcurrency;
  return listed(header, kWrappers) ? FileRole::kWrapper : FileRole::kUser;
}

std::vector<std::uint64_t> library_sites(const std::string& program) {
  const ElfFile file(program);
  std::vector<std::uint64_t> library;
  const std::vector<std::uint64_t> calls = hook_calls(file.elf());
  if (calls.empty()) return library;
  const UnitsOfProgram debug(program);
  debug.each_unit([&](Dwarf_Die unit, const std::vector<CodeRange>& code) {
    std::vector<std::uint64_t> sites;
    for (const CodeRange& range : code) {
      // A return address is behind its call: it may be the first of what follows.
      const auto first = std::upper_bound(calls.begin(), calls.end(), range.low);
      sites.insert(sites.end(), first, std::upper_bound(first, calls.end(), range.high));
    }
    if (sites.empty()) return;
    std::sort(sites.begin(), sites.end());
    Unit(unit, debug.bias(), &library).sort_out(sites);
  });
  std::sort(library.begin(), library.end());
  library.erase(std::unique(library.begin(), library.end()), library.end());
  return library;
}

namespace {
std::vector<CodeRange> code_of(const std::string& program, const Functions& wanted) {
  const ElfFile file(program);
  const std::vector<Section> sections = executable_sections(file.elf());
  // Linkers leave functions that they have thrown away in the debug information, at addresses where no code is.
  const auto is_code = [&](const CodeRange& range) {
    return range.low < range.high && std::any_of(sections.begin(), sections.end(), [&](const Section& s) {
             return s.addr <= range.low && range.high <= s.addr + s.size;
           });
  };
  const UnitsOfProgram debug(program);
  std::vector<CodeRange> found;
  debug.each_unit([&](Dwarf_Die unit, const std::vector<CodeRange>& code) {
    // Files that code or functions come from are all in the unit's table: to look there spares most units the search.
    if (std::any_of(code.begin(), code.end(), is_code) && uses_header(unit, wanted.header)) {
      add_code(unit, wanted, debug.bias(), 0, &found);
    }
  });
  std::erase_if(found, [&](const CodeRange& range) { return !is_code(range); });
  return merged(std::move(found));
}
}  // namespace

std::vector<CodeRange> atomic_shared_ptr_code(const std::string& program) { return code_of(program, kAtomicSharedPtr); }
std::vector<CodeRange> lock_algorithm_code(const std::string& program) { return code_of(program, kLockAlgorithm); }

}  // namespace lockstep::names
