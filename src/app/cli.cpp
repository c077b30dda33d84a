#include "pico/app/cli.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "commands.hpp"
#include "pico/config/config.hpp"
#include "pico/core/hash.hpp"
#include "serve.hpp"

#ifndef PICO_VERSION
#error "the build sets PICO_VERSION"
#endif

namespace pico::app {
namespace {

int report(const Result<void>& result) {
  if (result) return 0;
  std::cerr << "picolytics: " << result.error().message << "\n";
  return 1;
}

/// As the original does it: an existing file is left alone, and that is a failure.
int write_default_config(const config::LoadOptions& options) {
  const auto path = config::config_file(options);
  if (std::filesystem::exists(path)) {
    std::cerr << "picolytics: " << path.string() << " is there already; it was left as it is\n";
    return 1;
  }
  std::ofstream file(path);
  file << config::default_yaml() << std::flush;
  if (!file) {
    std::cerr << "picolytics: cannot write " << path.string() << "\n";
    return 1;
  }
  std::cout << "wrote " << path.string() << "\n";
  return 0;
}

/// Runs `action` with the configuration, or prints what is wrong with it.
template <class Action>
int with_config(const config::LoadOptions& options, Action action) {
  const auto config = config::load(options);
  if (!config) {
    std::cerr << "picolytics: the configuration cannot be used:\n" << config.error().message << "\n";
    return 1;
  }
  try {
    return report(action(*config));
  } catch (const std::exception& error) {  // Postgres going away in the middle of a start, mostly
    return report(Error{Errc::internal, error.what()});
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program{"Picolytics: self-hosted, privacy-first web analytics in one program"};
  program.set_version_flag("--version", "picolytics " PICO_VERSION);
  program.require_subcommand(0, 1);
  program.fallthrough();

  config::LoadOptions options;
  options.environment = config::process_environment();
  std::string file;
  bool write_default = false;
  program.add_option("-c,--config", file, "The configuration file (default: ./config.yaml where it exists)");
  program.add_flag("--write-default-config", write_default, "Write a commented configuration file with all defaults");

  program.add_subcommand("serve", "Serve (what happens without a sub-command too)");
  auto* migrate_command = program.add_subcommand("migrate", "Bring the schema of your own Postgres up to date and exit");

  auto* config_command = program.add_subcommand("config", "Look at the configuration")->require_subcommand(1);
  auto* check_command = config_command->add_subcommand("check", "Check the configuration and print it, secrets left out");
  auto* docs_command = config_command->add_subcommand("docs", "Print the documentation of all settings (Markdown)");

  SiteRequest site;
  auto* site_command = program.add_subcommand("site", "Manage sites")->require_subcommand(1);
  auto* add_command = site_command->add_subcommand("add", "Add a site");
  add_command->add_option("domain", site.domain, "Its host, without www.")->required();
  add_command->add_option("--time-zone", site.time_zone, "IANA name, such as Europe/Vienna (default: the setting defaultTimeZone)");
  auto* list_command = site_command->add_subcommand("list", "List all sites");
  auto* set_command = site_command->add_subcommand("set", "Change a site");
  set_command->add_option("domain", site.domain)->required();
  set_command->add_option("--time-zone", site.time_zone, "Takes effect at the new zone's next midnight")->required();
  auto* remove_command = site_command->add_subcommand("remove", "Remove a site with everything that was counted for it");
  remove_command->add_option("domain", site.domain)->required();

  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : 2;
  }
  if (!file.empty()) options.file = file;
  initialise_crypto();

  if (write_default) return write_default_config(options);
  if (docs_command->parsed()) return std::cout << config::markdown(), 0;
  return with_config(options, [&](const config::Config& config) -> Result<void> {
    if (check_command->parsed()) return std::cout << config::describe(config), Result<void>{};
    if (migrate_command->parsed()) return migrate(config);
    if (add_command->parsed()) return add_site(config, site);
    if (list_command->parsed()) return list_sites(config);
    if (set_command->parsed()) return set_site(config, site);
    if (remove_command->parsed()) return remove_site(config, site);
    return serve(config);
  });
}

}  // namespace pico::app
