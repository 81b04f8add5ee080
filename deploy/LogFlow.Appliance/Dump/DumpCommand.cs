using System.CommandLine;
using LogFlow.Agent;
using LogFlow.Hosting;
using LogFlow.Platform;
using LogFlow.Queue.Storage;
using LogFlow.Store;

namespace LogFlow.Appliance;

/// <summary><c>logflow dump</c>: what is in a file of ours, as kafka-dump-log does it for Kafka's.</summary>
internal sealed class DumpCommand
{
    private const int HeadBytes = 16;

    private static readonly IReadOnlyList<IFileDump> Formats =
        [.. QueueDumps.All, .. AgentDumps.All, .. StoreDumps.All];

    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Files of the queue, the agent's registry or the store, damaged ones included",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line" };

    private readonly Option<bool> _deep = new("--deep", "--records")
    {
        Description = "Also what lies inside: the records of batches, the checksums of blocks",
    };

    /// <summary>The command for the root.</summary>
    public static Command Create()
    {
        var dump = new DumpCommand();
        var command = new Command("dump", "Print what is in files of queue, agent and store; it only reads")
        {
            dump._files,
            dump._json,
            dump._deep,
        };
        command.SetAction(parsed => dump.Run(parsed));
        return command;
    }

    /// <summary>1 where something is damaged: a script can ask by it.</summary>
    private int Run(ParseResult parsed)
    {
        var printer = new DumpPrinter(Console.Out, parsed.GetValue(_json));
        var isDamaged = false;
        foreach (var path in parsed.GetValue(_files)!)
        {
            var format = FormatOf(path);
            printer.Begin(path, format.Format);
            foreach (var entry in format.Read(path, parsed.GetValue(_deep)))
            {
                isDamaged |= entry.Damage is not null;
                printer.Print(path, entry);
            }
        }

        Console.Out.Flush();
        return isDamaged ? 1 : 0;
    }

    private static IFileDump FormatOf(string path)
    {
        if (Directory.Exists(path))
        {
            throw new StartupException($"{path} is a folder; name the files in it", 2);
        }

        using var file = new DumpFile(path);
        var head = file.Read(0, HeadBytes);
        return Formats.FirstOrDefault(format => format.Knows(Path.GetFileName(path), head))
            ?? throw new StartupException(
                $"{path} is of no format known here: {string.Join(", ", Formats.Select(format => format.Format))}", 2);
    }
}
