namespace LogFlow.Store;

/// <summary>What became of a login.</summary>
/// <param name="Principal">Who it is; null: refused.</param>
/// <param name="Failure">Why it is refused.</param>
/// <param name="UserName">The name that a wrong Basic login gave; for the answer to its sender alone.</param>
public readonly record struct StoreLogin(
    StorePrincipal? Principal, LoginFailure Failure, string? UserName = null)
{
    internal static StoreLogin Of(StorePrincipal principal) => new(principal, LoginFailure.None);

    internal static StoreLogin Refused(LoginFailure failure, string? userName = null) => new(null, failure, userName);
}
