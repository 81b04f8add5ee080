using LogFlow.Hosting;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// <c>filebeat.modules</c> and <c>filebeat.config.modules</c>: each part of a module becomes an input with the module's
/// paths and lines. Taking the lines apart is the processor's work, by <c>event.dataset</c>.
/// </summary>
internal sealed class ModuleInputs(ConfigDocument document, IReadOnlyList<string> settings)
{
    private const string ReadsSyslog = "reads syslog from the network";

    /// <summary>Takes the modules out of the configuration.</summary>
    /// <param name="names">Modules that are used besides those that are written.</param>
    public List<ConfigNode> Take(IReadOnlyList<string> names)
    {
        var place = new ConfigLocation("--modules", 0, 0, null);
        List<ConfigNode> modules = [.. names.Select(name => new InputNode(place).Set("module", name).Node)];
        if (document.Root.Find("filebeat") is { } filebeat)
        {
            if (filebeat.Children.Remove("modules", out var written))
            {
                modules.AddRange(written.Items ?? (written.Children.Count > 0 ? [written] : []));
            }

            modules.AddRange(FromFiles(filebeat));
        }

        foreach (var module in modules)
        {
            ApplySettings(module);
        }

        return [.. modules.SelectMany(InputsOf)];
    }

    /// <summary>Inputs of one module's entry.</summary>
    public IEnumerable<ConfigNode> InputsOf(ConfigNode module)
    {
        if (module.Text("module") is not { Length: > 0 } name)
        {
            if (!module.IsEmpty && !(module.HasValue && module.Value is null))
            {
                document.Report.Error(module, "an entry of 'filebeat.modules' needs 'module', the module's name");
            }

            return [];
        }

        if (!module.IsTrue("enabled", otherwise: true))
        {
            return [];
        }

        var known = Array.FindAll(ModuleFileset.All, fileset => fileset.Module == name);
        var named = module.Children.Keys
            .Where(static key => key is not ("module" or "enabled" or "processors" or ReloadNodes.DigestKey))
            .ToList();

        // As Filebeat 8 has it where a part is switched on by name; as it was before, where none is.
        var isExplicit = named.Exists(part => module.IsTrue($"{part}.enabled"));
        var inputs = new List<ConfigNode>();
        foreach (var part in known.Select(static fileset => fileset.Name).Union(named))
        {
            var section = module.Find(part);
            if (section is null ? isExplicit : !section.IsTrue("enabled", otherwise: true))
            {
                continue;
            }

            if (Make(module, name, part, section, Array.Find(known, fileset => fileset.Name == part)) is { } input)
            {
                inputs.Add(input);
            }
        }

        if (known.Length == 0 && named.Count == 0)
        {
            Refuse(module, name);
        }

        return inputs;
    }

    private ConfigNode? Make(
        ConfigNode module, string name, string part, ConfigNode? section, ModuleFileset? known)
    {
        var place = section ?? module;
        var paths = section?.Texts("var.paths") ?? [];
        if (ModuleFileset.FindRefusal(name, part) is { } refusal)
        {
            document.Report.Warn(place, $"module {name}, {part}, is not done: {refusal}");
            return null;
        }

        if (paths.Count == 0 && known is null && section?.Find("input.paths") is null)
        {
            document.Report.Error(
                place,
                $"module {name}, {part}, {(section?.Find("var.syslog_host") is null ? "is not one that reads files here"
                    : ReadsSyslog)}: give the files in '{part}.var.paths', or remove it; for other sources "
                + "keep Filebeat, with output.kafka to the queue");
            return null;
        }

        var input = new InputNode(place.Location)
            .Set("type", "log")
            .Set("id", $"module-{name}-{part}")
            .Set("paths", paths.Count > 0 ? paths : known?.Paths ?? [])
            .Set("exclude_files", [@"\.gz$"])
            .Set("_module_name", name)
            .Set("_fileset_name", part);
        if (known is { MultilinePattern.Length: > 0 })
        {
            input.Set("multiline.pattern", known.MultilinePattern)
                .Set("multiline.negate", known.MultilineNegate ? "true" : "false")
                .Set("multiline.match", "after");
        }

        if (section?.Texts("var.tags") is { Count: > 0 } tags)
        {
            input.Set("tags", tags);
        }

        // Settings of the input for this part (and, in older files, beside its variables).
        input.Override(section?.Find("input") ?? section?.Find("prospector"));
        if (input.Node.Text("type") is not ("log" or "filestream" or "container"))
        {
            input.Set("type", "log");
        }

        if (module.Text(ReloadNodes.DigestKey) is { } digest)
        {
            input.Set(ReloadNodes.DigestKey, digest);
        }

        return input.Node;
    }

    private List<ConfigNode> FromFiles(ConfigNode filebeat)
    {
        if (filebeat.Find("config") is not { } config || !config.Children.Remove("modules", out var section)
            || !section.IsTrue("enabled", otherwise: true))
        {
            return [];
        }

        var path = section.Text("path") is { Length: > 0 } written ? written : "modules.d/*.yml";
        var modules = FilebeatDialect.ReadLists(document, section, path);
        ReloadNodes.Mark(document, section, path, modules);
        return modules;
    }

    /// <summary><c>-M nginx.access.var.paths=[…]</c>.</summary>
    private void ApplySettings(ConfigNode module)
    {
        var prefix = $"{module.Text("module")}.";
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && (setting.StartsWith(prefix, StringComparison.Ordinal)
                || setting.StartsWith("*.", StringComparison.Ordinal)))
            {
                var key = setting[(setting.IndexOf('.', StringComparison.Ordinal) + 1)..equals];
                var node = module.GetOrAdd(key, module.Location);
                var value = setting[(equals + 1)..].Trim();
                (node.HasValue, node.Value) = (true, value);
                if (value.StartsWith('['))
                {
                    (node.HasValue, node.Value) = (false, null);
                    node.Items = [.. value.Trim('[', ']')
                        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                        .Select(part => new ConfigNode(node.Location)
                        {
                            HasValue = true,
                            Value = part.Trim('"', '\''),
                        })];
                }
            }
        }
    }

    private void Refuse(ConfigNode module, string name)
    {
        var nearest = NearestName.Find(name, ModuleFileset.All.Select(static fileset => fileset.Module).Distinct());
        document.Report.Error(
            module,
            $"module '{name}' is not one whose files are known here"
            + (nearest is null ? "" : $" (did you mean '{nearest}'?)")
            + ": give its parts with 'var.paths', or remove it; for other sources keep Filebeat, with output.kafka to "
            + "the queue");
    }
}
