using System.CommandLine;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>
/// <c>migrate FILE</c>: what of a filebeat.yml works here as it is, what is different, what does not work.
/// </summary>
internal static class MigrateCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The filebeat.yml" };
        var command = new Command(
            "migrate", "Say what of a filebeat.yml works as it is, what changes, and what does not work")
        {
            file,
        };
        command.SetAction(parsed => Run(parsed.GetValue(file)!, Console.Out));
        return command;
    }

    /// <summary>Says it; 0 where the agent starts with the file.</summary>
    public static int Run(string file, TextWriter output)
    {
        AgentConfig? config = null;
        IReadOnlyList<ConfigError> errors = [];
        var report = new ConfigReport();
        try
        {
            var document = ConfigDocument.Load([file], [], [], new FilebeatDialect());
            report = document.Report;
            config = document.Bind<AgentConfig>(out _);
        }
        catch (ConfigException error)
        {
            errors = error.Errors;
        }

        output.WriteLine(errors.Count == 0
            ? $"{file}: the agent starts with it as it is."
            : $"{file}: the agent does not start with it.");
        foreach (var input in config?.Inputs.Where(static input => input.Enabled) ?? [])
        {
            output.WriteLine($"  reads ({input.Type}): {string.Join(", ", input.AllPaths())}");
        }

        Write(output, "What does not work", errors);
        Write(output, "What is different", report.Warnings);
        output.WriteLine(
            "Positions of a Filebeat that read these files are taken over at the first start: stop it, and give its "
            + "path.data as 'filebeat.registry.take_over' (not needed where path.data is the same here).");
        return errors.Count == 0 ? 0 : 1;
    }

    private static void Write(TextWriter output, string title, IReadOnlyList<ConfigError> list)
    {
        if (list.Count == 0)
        {
            return;
        }

        output.WriteLine($"{title}:");
        foreach (var one in list)
        {
            output.WriteLine($"  {one.ToString().ReplaceLineEndings("\n  ")}");
        }
    }
}
