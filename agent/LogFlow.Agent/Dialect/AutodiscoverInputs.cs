using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>
/// <c>filebeat.autodiscover</c>: containers are found by their logs. A template becomes an input over the logs of all
/// containers, and a condition on the container drops the events of those for which it does not hold.
/// </summary>
internal sealed class AutodiscoverInputs(ConfigDocument document)
{
    private const string DockerLogs = "/var/lib/docker/containers/*/*-json.log";
    private const string KubernetesLogs = "/var/log/containers/*.log";

    /// <summary>The container's hints, as its labels have them with their dots replaced.</summary>
    private const string HintPrefix = "container.labels.co_elastic_logs/";

    /// <summary>Names that conditions use for what events have under others.</summary>
    private static readonly (string Written, string Field)[] Names =
    [
        ("docker.container.image", "container.image.name"), ("docker.container.name", "container.name"),
        ("docker.container.id", "container.id"), ("docker.container.labels", "container.labels"),
        ("container.image", "container.image.name"),
    ];

    private int _number;

    /// <summary>Takes the section out of the configuration.</summary>
    public List<ConfigNode> Take()
    {
        if (document.Root.Find("filebeat") is not { } filebeat
            || !filebeat.Children.Remove("autodiscover", out var section))
        {
            return [];
        }

        var providers = section.Find("providers");
        return [.. (providers?.Items ?? (providers is null ? [] : [providers])).SelectMany(OfProvider)];
    }

    private IEnumerable<ConfigNode> OfProvider(ConfigNode provider)
    {
        var type = provider.Text("type");
        if (!provider.IsTrue("enabled", otherwise: true))
        {
            return [];
        }

        if (type is not ("docker" or "kubernetes"))
        {
            document.Report.Error(
                provider,
                $"autodiscover's provider '{type}' is not done; docker and kubernetes are, by the containers' logs");
            return [];
        }

        var inputs = new List<ConfigNode>();
        var templates = provider.Find("templates");
        foreach (var template in templates?.Items ?? [])
        {
            inputs.AddRange(OfTemplate(template, type));
        }

        if (provider.IsTrue("hints.enabled"))
        {
            inputs.AddRange(OfHints(provider, type));
        }

        return inputs;
    }

    private IEnumerable<ConfigNode> OfTemplate(ConfigNode template, string type)
    {
        var condition = template.Find("condition");
        foreach (var config in template.Find("config") is { } configs ? configs.Items ?? [configs] : [])
        {
            foreach (var input in Inputs(config, type))
            {
                if (condition is { Children.Count: > 0 })
                {
                    var only = Renamed(condition);
                    CheckKnown(only, template);
                    input.Precede(Metadata(type, template), DropUnless(only));
                }
                else
                {
                    input.Precede(Metadata(type, template));
                }

                yield return input.Node;
            }
        }
    }

    private IEnumerable<ConfigNode> OfHints(ConfigNode provider, string type)
    {
        var written = provider.Find("hints.default_config");
        var onlyAsked = written is not null && !written.IsTrue("enabled", otherwise: true);
        document.Report.Warn(
            provider.Find("hints.enabled")!,
            "of the hints of containers 'co.elastic.logs/enabled' is obeyed"
            + (type == "kubernetes" ? " by Docker's labels alone: the cluster's API is not asked" : "")
            + "; multiline, json, module and processors are not: templates can say them");
        var input = new InputNode(provider.Location);
        if (written is { Children.Count: > 0 } && !onlyAsked)
        {
            input.Override(Generalised(written));
        }

        Complete(input, type);
        var condition = new ConfigNode(provider.Location);
        Value(condition.GetOrAdd("equals", provider.Location), $"{HintPrefix}enabled", onlyAsked ? "true" : "false");
        input.Precede(Metadata(type, provider), onlyAsked ? DropUnless(condition) : Drop(condition));
        yield return input.Node;
    }

    /// <summary>An input or a module of a template, for all containers.</summary>
    private IEnumerable<InputNode> Inputs(ConfigNode config, string type)
    {
        var general = Generalised(config);
        var nodes = general.Find("module") is null
            ? [general]
            : new ModuleInputs(document, []).InputsOf(ModuleOfContainers(general, type));
        foreach (var node in nodes)
        {
            var input = new InputNode(config.Location).Override(node);
            Complete(input, type);
            yield return input;
        }
    }

    /// <summary>In a template a module reads the container's log, not the host's files.</summary>
    private static ConfigNode ModuleOfContainers(ConfigNode module, string type)
    {
        var name = module.Text("module");
        foreach (var fileset in ModuleFileset.All.Where(fileset => fileset.Module == name))
        {
            if (module.Find(fileset.Name) is { } section
                && section.Find("input.paths") is null && section.Find("input.containers") is null
                && section.Find("var.paths") is null)
            {
                Value(section, "input.type", "container");
                var paths = section.GetOrAdd("input.paths", module.Location);
                paths.Items = [new ConfigNode(module.Location) { HasValue = true, Value = LogsOf(type) }];
            }
        }

        return module;
    }

    private void Complete(InputNode input, string type)
    {
        if (input.Node.Text("type") is null or "docker")
        {
            input.Set("type", "container");
        }

        if (input.Node.Find("paths") is null)
        {
            input.Set("paths", [LogsOf(type)]);
        }

        input.Node.Children.Remove("containers");
        input.Node.Children.Remove("id");
        input.Set("id", $"autodiscover-{++_number}");
    }

    private static string LogsOf(string type) => type == "docker" ? DockerLogs : KubernetesLogs;

    /// <summary>What names one container names all.</summary>
    private static ConfigNode Generalised(ConfigNode node)
    {
        var copy = node.Copy();
        Generalise(copy);
        return copy;
    }

    private static void Generalise(ConfigNode node)
    {
        if (node.Value is { } value && value.Contains("${data.", StringComparison.Ordinal))
        {
            var text = value.AsSpan();
            var made = new System.Text.StringBuilder();
            for (var at = text.IndexOf("${data."); at >= 0; at = text.IndexOf("${data."))
            {
                var end = text[at..].IndexOf('}');
                made.Append(text[..at]).Append('*');
                text = end < 0 ? [] : text[(at + end + 1)..];
            }

            node.Value = made.Append(text).Replace("**", "*").ToString();
        }

        foreach (var child in node.Children.Values.Concat(node.Items ?? []))
        {
            Generalise(child);
        }
    }

    private static ConfigNode Metadata(string type, ConfigNode place)
    {
        var node = new ConfigNode(place.Location);
        node.GetOrAdd(type == "docker" ? "add_docker_metadata" : "add_kubernetes_metadata", place.Location);
        return node;
    }

    private static ConfigNode DropUnless(ConfigNode condition)
    {
        var not = new ConfigNode(condition.Location);
        not.Children.Add("not", condition);
        return Drop(not);
    }

    private static ConfigNode Drop(ConfigNode condition)
    {
        var node = new ConfigNode(condition.Location);
        var drop = node.GetOrAdd("drop_event", condition.Location);
        drop.Children.Add("when", condition);
        return node;
    }

    private static ConfigNode Renamed(ConfigNode condition)
    {
        var copy = condition.Copy();
        Rename(copy);
        return copy;
    }

    /// <summary>The fields of conditions lie below their operators.</summary>
    private static void Rename(ConfigNode node)
    {
        foreach (var (name, child) in node.Children)
        {
            if (name is "and" or "or" or "not")
            {
                Rename(child);
                (child.Items ?? []).ForEach(Rename);
                continue;
            }

            foreach (var (written, field) in Names)
            {
                if (child.Find(written) is { HasValue: true } found)
                {
                    var moved = found.Copy();
                    (found.HasValue, found.Value) = (false, null);
                    child.GetOrAdd(field, moved.Location).OverrideWith(moved);
                }
                else if (child.Find(written) is { Children.Count: > 0 } below
                    && written.EndsWith("labels", StringComparison.Ordinal))
                {
                    var copy = below.Copy();
                    below.Children.Clear();
                    child.GetOrAdd(field, copy.Location).OverrideWith(copy);
                }
            }
        }
    }

    /// <summary>A condition on what only the cluster's API knows would hold for no container.</summary>
    private void CheckKnown(ConfigNode condition, ConfigNode place)
    {
        foreach (var name in (string[])["labels", "annotations", "node"])
        {
            if (Mentions(condition, $"kubernetes.{name}"))
            {
                document.Report.Error(
                    place,
                    $"the condition looks at kubernetes.{name}, which the cluster's API has and is not asked here: "
                    + "name the pods by kubernetes.pod.name, kubernetes.namespace or kubernetes.container.name");
            }
        }
    }

    private static bool Mentions(ConfigNode node, string path) =>
        node.Find(path) is not null
        || node.Children.Values.Concat(node.Items ?? []).Any(child => Mentions(child, path));

    private static void Value(ConfigNode node, string key, string value)
    {
        // One name, dots and all, as conditions have it.
        var leaf = node.GetOrAdd(key, node.Location);
        (leaf.HasValue, leaf.Value, leaf.IsQuoted) = (true, value, true);
    }
}
