using System.Reflection;

namespace LogFlow.Hosting;

/// <summary>The version of this build.</summary>
public static class ProductVersion
{
    private static readonly string[] Parts = typeof(ProductVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+');

    /// <summary>As reported to peers, without the commit.</summary>
    public static string Text => Parts[0];

    /// <summary>As printed: with the commit that was built, where the build knew it.</summary>
    public static string WithCommit => Parts is [var version, { Length: >= 10 } commit]
        ? $"{version} ({commit[..10]})"
        : Text;
}
