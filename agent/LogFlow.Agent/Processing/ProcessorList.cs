using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>processors</c>: a list of <c>name: {options, when}</c> and of <c>if, then, else</c>.</summary>
public sealed class ProcessorList : IReadsConfig
{
    private object? _written;

    internal List<EventProcessor> List { get; } = [];

    /// <inheritdoc/>
    public object? Export() => _written ?? new List<object?>();

    /// <inheritdoc/>
    public void Read(ConfigNode node, string path, ConfigReport report)
    {
        _written = node.ToTree();
        var items = node.Items ?? (node.Children.Count > 0 ? Apart(node) : []);
        for (var index = 0; index < items.Count; index++)
        {
            var itemPath = $"{path}[{index}]";
            if (items[index].Children.ContainsKey("if"))
            {
                ReadChoice(items[index], itemPath, report);
            }
            else
            {
                ReadNamed(items[index], itemPath, report);
            }
        }
    }

    /// <summary>
    /// A section in the place of a list: its keys are the processors, or, as hints number them, hold one each.
    /// </summary>
    private static List<ConfigNode> Apart(ConfigNode node) => [.. node.Children.Select(pair =>
    {
        if (int.TryParse(pair.Key, out _))
        {
            return pair.Value;
        }

        var item = new ConfigNode(pair.Value.Location);
        item.Children.Add(pair.Key, pair.Value);
        return item;
    })];

    private void ReadChoice(ConfigNode node, string path, ConfigReport report)
    {
        var condition = new EventCondition();
        condition.Read(node.Children["if"], $"{path}.if", report);
        var then = new ProcessorList();
        var otherwise = new ProcessorList();
        foreach (var (name, child) in node.Children)
        {
            switch (name)
            {
                case "if":
                    break;
                case "then":
                    then.Read(child, $"{path}.then", report);
                    break;
                case "else":
                    otherwise.Read(child, $"{path}.else", report);
                    break;
                default:
                    report.Error(child, $"unknown key '{path}.{name}'; beside 'if' there are 'then' and 'else'");
                    break;
            }
        }

        List.Add(new ChoiceProcessor(condition, then.List, otherwise.List));
    }

    private void ReadNamed(ConfigNode node, string path, ConfigReport report)
    {
        if (node.Children.Count != 1)
        {
            if (node.Children.Count > 1 && node.Children.ContainsKey("when"))
            {
                report.Error(
                    node, $"'{path}': 'when' belongs below the processor's name, four spaces further to the right");
            }
            else if (node.Value is { } name && ProcessorCatalog.Find(name) is not null)
            {
                // "- add_cloud_metadata", without a colon.
                ReadProcessor(name, new ConfigNode(node.Location), path, report);
            }
            else if (!node.IsEmpty && node.Value is not null || node.Children.Count > 1)
            {
                report.Error(node, $"'{path}' names no processor, or several: each is 'name:' with its options below");
            }

            return;
        }

        foreach (var (name, options) in node.Children)
        {
            ReadProcessor(name, options, $"{path}.{name}", report);
        }
    }

    private void ReadProcessor(string name, ConfigNode options, string path, ConfigReport report)
    {
        if (ProcessorCatalog.Find(name) is not { } make)
        {
            report.Error(options, ProcessorCatalog.Refuse(name));
            return;
        }

        if (ProcessorCatalog.Warning(name) is { } warning)
        {
            report.Warn(options, warning);
        }

        var processor = make();
        var errors = report.Errors.Count;
        if (processor is IReadsConfig own)
        {
            own.Read(options, path, report);
        }
        else if (options.Items is null)
        {
            report.Bind(options, processor, path);
        }

        if (report.Errors.Count == errors)
        {
            foreach (var problem in processor.Prepare())
            {
                report.Error(options.Find(problem.Key) ?? options, $"{path}.{problem.Key}: {problem.Message}");
            }
        }

        List.Add(processor);
    }
}
