using LogFlow.Hosting;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// The files that <c>filebeat.config.inputs</c> and <c>filebeat.config.modules</c> name, looked at again and again.
/// </summary>
internal sealed class ReloadFiles(IReadOnlyList<string> patterns, TimeProvider time)
{
    /// <summary>A file that was written less than this ago may not be whole yet; one of the future is.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    private string _known = "";

    /// <summary>Takes what is there now for what is in force.</summary>
    public void Remember() => _known = Stamps(out _);

    /// <summary>Whether files came, went or changed since; each change is told once.</summary>
    public bool HaveChanged()
    {
        var stamps = Stamps(out var newest);
        if (stamps == _known || (time.GetUtcNow() - newest).Duration() < Settled)
        {
            return false;
        }

        _known = stamps;
        return true;
    }

    private string Stamps(out DateTimeOffset newest)
    {
        newest = DateTimeOffset.MinValue;
        var stamps = new List<string>();
        foreach (var path in patterns.SelectMany(FileGlob.Find))
        {
            if (!FileStatus.TryGet(path, followSymlinks: true, out var status, out _))
            {
                continue;
            }

            stamps.Add($"{path}\0{status.Inode}\0{status.Length}\0{status.ModifiedNs}");
            var modified = DateTimeOffset.UnixEpoch.AddTicks(status.ModifiedNs / 100);
            newest = modified > newest ? modified : newest;
        }

        return string.Join('\n', stamps);
    }
}
