using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>The tools as a shell runs them, beside a <c>logflow up</c>.</summary>
public class ToolboxTests
{
    [RequiresFact(Requirement.Linux)]
    public async Task Toolbox_InPipes_FindsTheQueueAndEndsQuietly()
    {
        using var folder = new TempDirectory();
        await using var up = UpProcess.Start(
            folder.Path, folder.File("*.log"), environment: null,
            "-E", "agent.enabled=false", "-E", "processor.enabled=false", "-E", "store.enabled=false");
        await up.WaitForLineAsync("logflow search");

        await ShellAsync(folder, "logflow topics create numbers --partitions 1");
        var produced = await ShellAsync(folder, "seq 1 200000 | logflow produce numbers --compression lz4");
        Assert.Equal("200000 records produced to numbers\n", produced);
        Assert.Equal("200000\n", await ShellAsync(folder, "logflow consume numbers --exit | wc -l"));

        // Following: only the closed pipe can end it.
        Assert.Equal("1\n", await ShellAsync(folder, "logflow consume numbers --from 0 --partition 0 | head -1"));
        Assert.Equal(
            "200000\nnext\n",
            await ShellAsync(
                folder,
                "(logflow consume numbers --exit; echo next) > \"$DIR/out\"; tail -2 \"$DIR/out\""));
        Assert.Equal("there is no group\n", await ShellAsync(folder, "logflow groups list"));
        await up.StopAsync();
        Assert.Equal(0, up.ExitCode);
    }

    [RequiresFact(Requirement.Linux)]
    public async Task Completion_Bash_CompletesWordsAndFallsBackToFiles()
    {
        using var folder = new TempDirectory();
        const string script =
            """
            source <(logflow completion bash)
            COMP_WORDS=(logflow topics de); COMP_CWORD=2; _logflow; echo "${COMPREPLY[@]}"
            COMP_WORDS=(logflow groups reset-offsets g --to-of); COMP_CWORD=4; _logflow; echo "${COMPREPLY[@]}"
            COMP_WORDS=(logflow con); COMP_CWORD=1; _logflow; echo "${COMPREPLY[@]}"
            COMP_WORDS=(logflow produce t ""); COMP_CWORD=3; _logflow; echo "${#COMPREPLY[@]}"
            """;

        Assert.Equal(
            "delete describe\n--to-offset\nconsole consume\n0\n",
            (await ShellAsync(folder, script)).Replace("describe delete", "delete describe", StringComparison.Ordinal));
    }

    /// <summary>Runs a script in which <c>logflow</c> asks the queue of the folder; gives both its outputs.</summary>
    private static async Task<string> ShellAsync(TempDirectory folder, string script)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "logflow.dll");
        var preamble =
            $$"""
            DIR='{{folder.Path}}'
            logflow() {
                case "$1" in
                    complete|completion) dotnet '{{program}}' "$@" ;;
                    *) dotnet '{{program}}' "$@" --data "$DIR" ;;
                esac
            }

            """;
        await using var shell = await ChildProcess.RunAsync("bash", ["-c", preamble + script]);
        Assert.True(shell.ExitCode == 0, shell.Output);
        return shell.Output;
    }
}
