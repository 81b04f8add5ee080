namespace LogFlow.Platform;

/// <summary>As whom this process runs.</summary>
public static class ProcessUser
{
    /// <summary>Whether it may do anything on this machine.</summary>
    public static bool IsRoot => OperatingSystem.IsLinux() && LibC.GetEffectiveUserId() == 0;
}
