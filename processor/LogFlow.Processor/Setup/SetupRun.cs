using LogFlow.Processor.Elasticsearch;

namespace LogFlow.Processor;

/// <summary>Looks after one server after the other, as the mode says.</summary>
/// <param name="mode">What is done.</param>
/// <param name="overwrites">What somebody changed is replaced.</param>
/// <param name="report">Where it is told.</param>
/// <param name="exportFolder">Where files are written in mode <see cref="SetupMode.Export"/>.</param>
internal sealed class SetupRun(SetupMode mode, bool overwrites, SetupReport report, string? exportFolder)
{
    /// <summary>The object was put.</summary>
    public const string Put = "put";

    /// <summary>It would be put.</summary>
    public const string Planned = "would_put";

    /// <summary>It differs and was left as it is.</summary>
    public const string Left = "left";

    /// <summary>Nothing was done, as nothing had to be, or only a check was asked for.</summary>
    public const string None = "none";

    /// <summary>Whether everything is there: what a check is asked for.</summary>
    /// <exception cref="SetupException">The server refuses something, or cannot be reached.</exception>
    public async Task<bool> RunAsync(ISetupTarget target, CancellationToken cancellationToken)
    {
        var name = await target.AskAsync(cancellationToken);
        report.Begin(target, name);
        if (mode == SetupMode.Export)
        {
            foreach (var file in new SetupExport(exportFolder!).Write(target, name))
            {
                report.Note($"  wrote {file}");
            }

            return true;
        }

        var findings = await target.LookAsync(cancellationToken);
        if (mode == SetupMode.Check)
        {
            foreach (var finding in findings)
            {
                report.Tell(target, finding, None);
            }

            return findings.All(static finding => finding.IsFine);
        }

        await ApplyAsync(target, findings, cancellationToken);
        return true;
    }

    private async Task ApplyAsync(
        ISetupTarget target, IReadOnlyList<SetupFinding> findings, CancellationToken cancellationToken)
    {
        foreach (var finding in findings.Where(finding => !finding.IsPut(overwrites)))
        {
            report.Tell(target, finding, finding.State == SetupState.Different ? Left : None);
        }

        foreach (var request in target.Plan(findings, overwrites))
        {
            if (mode == SetupMode.Put)
            {
                await target.SendAsync(request, cancellationToken);
            }

            foreach (var finding in findings.Where(finding => request.Objects.Contains(finding.Object)))
            {
                report.Tell(target, finding, mode == SetupMode.Put ? Put : Planned);
            }

            if (mode == SetupMode.DryRun)
            {
                report.Show(target, request);
            }
        }
    }
}
