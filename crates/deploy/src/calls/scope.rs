//! Where the system lives, and which variants of it are in use: what turns the table into policies.

/// What a name may be while it is not known: every bucket, and every function, that follows the convention.
const ANY: &str = "*";

/// Account, region, names and variants. [`Scope::new`] fills in the documented names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// Twelve digits.
    pub account: String,
    /// For example `us-east-1`.
    pub region: String,
    /// The render bucket's name, or a pattern of it.
    pub bucket: String,
    /// The render function's name, or a pattern of it.
    pub function: String,
    /// The render function's execution role, path included: `remotion-lambda-role` or `team/render`.
    pub render_role: String,
    /// Who starts renders.
    pub caller: Caller,
    /// The user that setup makes, and whose keys are rotated.
    pub user: String,
    /// A bucket besides the render bucket that finished videos are written to.
    pub output: Option<Output>,
    /// Whether finished videos may go to another service that speaks S3, whose keys come with the request.
    pub other_service: bool,
    /// The clip cutter's function.
    pub clip_function: String,
    /// The bucket of sites that live in another region than the function.
    pub site_bucket: Option<String>,
    /// Whether sites and outputs are readable by everyone.
    pub public: bool,
    /// Whether a deployment publishes layers: Chrome, ffmpeg and fonts beside the function's code.
    pub package_layers: bool,
    /// ARNs of layers of one's own, versions included.
    pub layers: Vec<String>,
    /// Whether Lambda Insights watches the function.
    pub insights: bool,
    /// Whether the function runs inside a VPC.
    pub vpc: bool,
    /// The ARN of the KMS key that the buckets are encrypted with.
    pub kms_key: Option<String>,
    /// The ARN of the queue that starts renders.
    pub queue: Option<String>,
    /// Whether an HTTP API starts renders.
    pub http_api: bool,
    /// Whether function and bucket are looked for instead of being named to each command.
    pub discovery: bool,
    /// Whether folders of renders that delete themselves are wanted.
    pub folder_expiry: bool,
    /// Whether setup watches what is spent.
    pub budget: bool,
}

/// Who starts renders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// An IAM user; policies name it by `${aws:username}`.
    User,
    /// A role, path included; policies name it by its ARN.
    Role {
        /// For example `framewright-caller-role` or `team/api`.
        name: String,
        /// What runs with it, where that is known.
        compute: Option<Compute>,
    },
}

/// What runs with a caller's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compute {
    /// A Lambda function.
    Lambda,
    /// An EC2 instance.
    Ec2,
    /// A task on Fargate.
    Fargate,
}

/// A place for finished videos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The bucket.
    pub bucket: String,
    /// What keys start with; empty for the whole bucket.
    pub prefix: String,
}

impl Scope {
    /// The system in one region of an account, with the documented names: a user calls, the bucket is private, and
    /// bucket and function are patterns, since neither may exist yet.
    #[must_use]
    pub fn new(partition: &str, account: &str, region: &str) -> Self {
        Self {
            partition: partition.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            bucket: format!(
                "{}{}-{ANY}",
                protocol::names::BUCKET_PREFIX,
                region.replace('-', "")
            ),
            function: format!("{}{ANY}", protocol::names::FUNCTION_PREFIX),
            render_role: crate::provision::RENDER_ROLE.to_owned(),
            caller: Caller::User,
            user: "remotion-deploy".to_owned(),
            output: None,
            other_service: true,
            clip_function: "ffmpeg-clip-cutter".to_owned(),
            site_bucket: None,
            public: false,
            package_layers: true,
            layers: Vec::new(),
            insights: false,
            vpc: false,
            kms_key: None,
            queue: None,
            http_api: false,
            discovery: true,
            folder_expiry: true,
            budget: false,
        }
    }

    /// Every variant in use at once, with a role of a Lambda function as the caller: for documentation and proofs.
    #[must_use]
    pub fn with_every_variant(mut self) -> Self {
        let (partition, account) = (self.partition.clone(), self.account.clone());
        let region = self.region.clone();
        self.layers = vec![format!(
            "arn:{partition}:lambda:{region}:{account}:layer:own-chromium:7"
        )];
        self.kms_key = Some(format!(
            "arn:{partition}:kms:{region}:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        ));
        self.queue = Some(format!("arn:{partition}:sqs:{region}:{account}:renders"));
        self.caller = Caller::Role {
            name: crate::permissions::caller_role(Compute::Lambda).to_owned(),
            compute: Some(Compute::Lambda),
        };
        self.output = Some(Output {
            bucket: "finished-videos".into(),
            prefix: "videos/".into(),
        });
        self.site_bucket = Some(format!(
            "{}eucentral1-{ANY}",
            protocol::names::BUCKET_PREFIX
        ));
        (self.public, self.insights, self.vpc) = (true, true, true);
        (self.http_api, self.discovery, self.folder_expiry) = (true, true, true);
        (self.other_service, self.budget) = (true, true);
        self
    }

    /// The ARN of the render function's execution role.
    #[must_use]
    pub fn render_role_arn(&self) -> String {
        self.role_arn(&self.render_role)
    }

    /// The ARN of a role of the account, by its path and name.
    #[must_use]
    pub fn role_arn(&self, path_and_name: &str) -> String {
        format!(
            "arn:{}:iam::{}:role/{path_and_name}",
            self.partition, self.account
        )
    }

    /// The ARN of a managed policy of the account.
    #[must_use]
    pub fn policy_arn(&self, name: &str) -> String {
        format!("arn:{}:iam::{}:policy/{name}", self.partition, self.account)
    }

    /// What names of services end in: `amazonaws.com`, in China `amazonaws.com.cn`.
    #[must_use]
    pub fn dns_suffix(&self) -> &'static str {
        if self.partition == "aws-cn" {
            "amazonaws.com.cn"
        } else {
            "amazonaws.com"
        }
    }
}

impl Caller {
    /// What runs with the caller's role, where it has one and that is known.
    #[must_use]
    pub fn compute(&self) -> Option<Compute> {
        match self {
            Self::User => None,
            Self::Role { compute, .. } => *compute,
        }
    }
}

impl Compute {
    /// The service that assumes the role.
    #[must_use]
    pub fn service(self, scope: &Scope) -> String {
        match self {
            Self::Lambda => "lambda.amazonaws.com".to_owned(),
            // EC2 is the one whose principal ends as the partition's names do.
            Self::Ec2 => format!("ec2.{}", scope.dns_suffix()),
            Self::Fargate => "ecs-tasks.amazonaws.com".to_owned(),
        }
    }
}
