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
    /// The clip cutter's function.
    pub clip_function: String,
    /// The bucket of sites that live in another region than the function.
    pub site_bucket: Option<String>,
    /// Whether sites and outputs are readable by everyone.
    pub public: bool,
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

/// A way to use the system that needs permissions of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Variant {
    /// Every use.
    Always,
    /// Sites and outputs that everyone may read.
    Public,
    /// Layers of one's own.
    Layers,
    /// Lambda Insights.
    Insights,
    /// A function inside a VPC.
    Vpc,
    /// Buckets encrypted with a KMS key.
    Kms,
    /// A caller that is a Lambda function.
    LambdaCaller,
    /// A caller on EC2.
    Ec2Caller,
    /// A queue that starts renders.
    Queue,
    /// An HTTP API that starts renders.
    HttpApi,
    /// Function and bucket are looked for.
    Discovery,
    /// Folders of renders that delete themselves.
    FolderExpiry,
    /// Sites in another region.
    OtherRegion,
    /// Finished videos in another bucket.
    OutputBucket,
    /// A caller that is an IAM user.
    UserCaller,
    /// Spending is watched.
    Budget,
}

impl Variant {
    /// Every variant, the common case first.
    pub const ALL: [Self; 16] = [
        Self::Always,
        Self::Public,
        Self::Layers,
        Self::Insights,
        Self::Vpc,
        Self::Kms,
        Self::LambdaCaller,
        Self::Ec2Caller,
        Self::Queue,
        Self::HttpApi,
        Self::Discovery,
        Self::FolderExpiry,
        Self::OtherRegion,
        Self::OutputBucket,
        Self::UserCaller,
        Self::Budget,
    ];

    /// When a permission of this variant is needed, as a person reads it.
    #[must_use]
    pub fn when(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Public => "public sites and outputs",
            Self::Layers => "own layers",
            Self::Insights => "Lambda Insights",
            Self::Vpc => "a function in a VPC",
            Self::Kms => "buckets with a KMS key",
            Self::LambdaCaller => "a Lambda function calls",
            Self::Ec2Caller => "an EC2 instance calls",
            Self::Queue => "a queue starts renders",
            Self::HttpApi => "an HTTP API starts renders",
            Self::Discovery => "function and bucket are looked for",
            Self::FolderExpiry => "folders that delete themselves",
            Self::OtherRegion => "sites in another region",
            Self::OutputBucket => "an output bucket",
            Self::UserCaller => "a user calls",
            Self::Budget => "a budget",
        }
    }
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
            clip_function: "ffmpeg-clip-cutter".to_owned(),
            site_bucket: None,
            public: false,
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
            name: "framewright-caller-role".into(),
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
        self.budget = true;
        self
    }

    /// Whether `variant` is in use.
    #[must_use]
    pub fn has(&self, variant: Variant) -> bool {
        match variant {
            Variant::Always => true,
            Variant::Public => self.public,
            Variant::Layers => !self.layers.is_empty(),
            Variant::Insights => self.insights,
            Variant::Vpc => self.vpc,
            Variant::Kms => self.kms_key.is_some(),
            Variant::LambdaCaller => self.runs_on(Compute::Lambda),
            Variant::Ec2Caller => self.runs_on(Compute::Ec2),
            Variant::Queue => self.queue.is_some(),
            Variant::HttpApi => self.http_api,
            Variant::Discovery => self.discovery,
            Variant::FolderExpiry => self.folder_expiry,
            Variant::OtherRegion => self.site_bucket.is_some(),
            Variant::OutputBucket => self.output.is_some(),
            Variant::UserCaller => self.caller == Caller::User,
            Variant::Budget => self.budget,
        }
    }

    fn runs_on(&self, wanted: Compute) -> bool {
        matches!(&self.caller, Caller::Role { compute: Some(compute), .. } if *compute == wanted)
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
