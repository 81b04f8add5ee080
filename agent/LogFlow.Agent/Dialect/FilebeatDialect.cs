using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>
/// What a filebeat.yml may say beyond keys and values: paths as variables, inputs in further files, modules,
/// autodiscovery, names of older versions. All of it ends as inputs in the list of inputs.
/// </summary>
public sealed class FilebeatDialect : IConfigDialect
{
    private const string InputsKey = "filebeat.inputs";

    /// <summary>Settings of modules that the command line gives (<c>-M</c>).</summary>
    public IReadOnlyList<string> ModuleSettings { get; set; } = [];

    /// <summary>Modules that the command line names.</summary>
    public IReadOnlyList<string> ModuleNames { get; set; } = [];

    /// <inheritdoc/>
    public bool AllowsUnsetVariables => true;

    /// <inheritdoc/>
    public string? FindVariable(string name, ConfigNode written, IReadOnlyList<string> files)
    {
        // A container's own values: autodiscovery fills them in.
        if (name.StartsWith("data.", StringComparison.Ordinal)
            || name.StartsWith("kubernetes.", StringComparison.Ordinal))
        {
            return $"${{{name}}}";
        }

        return written.Text(name) ?? name switch
        {
            "path.home" => Directory.GetCurrentDirectory(),
            "path.config" => files.Count > 0
                ? Path.GetDirectoryName(Path.GetFullPath(files[0]))
                : Directory.GetCurrentDirectory(),
            "path.data" => "${path.home}/data",
            "path.logs" => "${path.home}/logs",
            "beat.name" => "filebeat",
            _ => null,
        };
    }

    /// <inheritdoc/>
    public void Prepare(ConfigDocument document)
    {
        var root = document.Root;
        RenameLevels(root);
        RenameRegistry(document);
        OutputNodes.Prepare(document);
        var inputs = CollectInputs(root);
        var mayBeIdle = root.Find("filebeat.config") is { Children.Count: > 0 }
            || root.Find("filebeat.autodiscover") is not null;
        inputs.AddRange(ReadInputFiles(document));
        inputs.AddRange(new ModuleInputs(document, ModuleSettings).Take(ModuleNames));
        inputs.AddRange(new AutodiscoverInputs(document).Take());
        if (root.Find("filebeat") is { } filebeat && filebeat.Find("config") is { Children.Count: 0 })
        {
            filebeat.Children.Remove("config");
        }

        inputs.RemoveAll(input => IsRefused(input, document));
        inputs.ForEach(input => InputKeys.WarnOfOthers(input, document.Report));
        var node = root.GetOrAdd(InputsKey, root.Location);
        node.Items = inputs;
        root.Find("filebeat")!.Children.Remove("prospectors");
        if (document.Report.Errors.Count > 0)
        {
            // What is wrong is said; that nothing is left to read is no news.
            document.Set("filebeat._may_be_idle", "true", node.Location.ToString());
        }
        else if (mayBeIdle && !inputs.Exists(static input => input.IsTrue("enabled", otherwise: true)))
        {
            // As in Filebeat: somebody may still put files there.
            document.Report.Warn(
                root.Find("filebeat")!,
                "no input is enabled and no module's file is there: the agent has nothing to read");
            document.Set("filebeat._may_be_idle", "true", node.Location.ToString());
        }
    }

    /// <summary>An input that is none of ours is said so, rather than each of its keys.</summary>
    private static bool IsRefused(ConfigNode input, ConfigDocument document)
    {
        var type = input.Find("type") ?? input.Find("input_type");
        if (type?.Value is not { } name || InputTypes.FindProblem(name) is not { } problem)
        {
            return false;
        }

        if (input.IsTrue("enabled", otherwise: true))
        {
            document.Report.Error(type, problem);
        }

        return true;
    }

    /// <summary>Today's list and the older ones together, as they may stand side by side.</summary>
    private static List<ConfigNode> CollectInputs(ConfigNode root)
    {
        var all = new List<ConfigNode>();
        foreach (var key in (string[])[InputsKey, "filebeat.prospectors"])
        {
            if (root.Find(key) is { } node)
            {
                node.Items ??= node.Children.Count > 0 ? [node.Copy()] : [];
                node.Items.RemoveAll(static item => item.IsEmpty || (item.HasValue && item.Value is null));
                node.Children.Clear();
                all.AddRange(node.Items);
            }
        }

        return all;
    }

    /// <summary><c>filebeat.config.inputs</c>, <c>config.prospectors</c> and <c>config_dir</c>.</summary>
    private static List<ConfigNode> ReadInputFiles(ConfigDocument document)
    {
        var root = document.Root;
        var inputs = new List<ConfigNode>();
        foreach (var name in (string[])["inputs", "prospectors"])
        {
            if (root.Find("filebeat.config") is not { } config || !config.Children.Remove(name, out var section)
                || !section.IsTrue("enabled", otherwise: true))
            {
                continue;
            }

            if (section.Text("path") is not { Length: > 0 } path)
            {
                document.Report.Error(section, $"'filebeat.config.{name}.path' is needed: the files that hold inputs");
                continue;
            }

            var listed = ReadLists(document, section, path);
            ReloadNodes.Mark(document, section, path, listed);
            inputs.AddRange(listed);
        }

        if (root.Find("filebeat") is { } filebeat && filebeat.Children.Remove("config_dir", out var folder)
            && folder.Value is { Length: > 0 } place)
        {
            foreach (var node in ReadLists(document, folder, Path.Combine(place, "*.yml")))
            {
                // Each file is a whole configuration, of which its inputs count.
                inputs.AddRange(CollectInputs(node));
            }
        }

        return inputs;
    }

    /// <summary>The elements of the lists that the files of a pattern hold.</summary>
    internal static List<ConfigNode> ReadLists(ConfigDocument document, ConfigNode place, string pattern)
    {
        var full = Path.Combine(ConfigFolder(document), pattern);
        var files = FileGlob.Find(full);
        if (files.Count == 0)
        {
            document.Report.Warn(place, $"no file is there that '{pattern}' names: it adds nothing");
        }

        var nodes = new List<ConfigNode>();
        foreach (var file in files)
        {
            var node = document.ReadOther(file);
            nodes.AddRange(node.Items ?? (node.Children.Count > 0 ? [node] : []));
        }

        return nodes;
    }

    /// <summary>What relative paths of further files start from.</summary>
    internal static string ConfigFolder(ConfigDocument document) =>
        document.Root.Text("path.config") is { Length: > 0 } written ? written
        : document.Files.Count > 0 ? Path.GetDirectoryName(Path.GetFullPath(document.Files[0]))!
        : Directory.GetCurrentDirectory();

    private static void RenameLevels(ConfigNode root)
    {
        if (root.Find("logging.level") is { Value: { } level } node)
        {
            node.Value = level.ToLowerInvariant() switch
            {
                "warn" => "warning",
                "critical" => "error",
                "trace" => "debug",
                var other => other,
            };
        }
    }

    /// <summary>The older keys name the file; ours is a folder.</summary>
    private static void RenameRegistry(ConfigDocument document)
    {
        const string Name = "registry_file";
        foreach (var owner in (ReadOnlySpan<ConfigNode?>)[document.Root.Find("filebeat"), document.Root])
        {
            if (owner is null || !owner.Children.Remove(Name, out var node) || node.Value is not { Length: > 0 } file)
            {
                continue;
            }

            document.Report.Warn(
                node,
                $"'{Name}' is a folder today: the registry lies in '{file}.logflow'; positions that are in Filebeat's "
                + "file are taken over");
            if (document.Root.Find("filebeat.registry.take_over") is null)
            {
                document.Set("filebeat.registry.take_over", file, node.Location.ToString());
            }

            document.Set("filebeat.registry.path", $"{file}.logflow", node.Location.ToString());
        }
    }
}
