using LogFlow.Platform;
using LogFlow.Store;

namespace LogFlow.Appliance;

/// <summary>The store of the appliance that runs on a data folder.</summary>
internal static class StoreAddress
{
    /// <summary>
    /// Where it is, and the owner's secret where this process may read it: who owns the folder needs no other
    /// login. The secret is told to nobody but a process that holds the folder now: after a crash somebody else may
    /// listen where it did.
    /// </summary>
    public static (Uri Url, string? Secret) Find(string dataFolder)
    {
        if (Endpoints.ReadInnerStoreUrl(dataFolder) is { IsLoopback: true } inner && DirectoryLock.IsHeld(dataFolder)
            && ReadSecret(dataFolder) is { } secret)
        {
            return (inner, secret);
        }

        return (Endpoints.ReadStoreUrl(dataFolder), null);
    }

    private static string? ReadSecret(string dataFolder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(dataFolder, UpParts.StoreFolder, StoreService.OwnerFile)).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Not this user's: it logs in as others do.
            return null;
        }
    }
}
